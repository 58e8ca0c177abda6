#include <algorithm>
#include <memory>
#include <utility>

#include "workload/readers/mysql_functions.h"
#include "workload/readers/mysql_target.h"
#include "workload/readers/sql_statement.h"
#include "workload/trace.h"

namespace switchyard {
namespace {

// PREPARE in a PREPARE and the like, which no server accepts.
constexpr int kDeepestText = 4;

SqlStatement parse_text(std::string_view sql, const SqlFunctions& functions, int depth);

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return result;
}

// One statement.
class Statement {
 public:
  Statement(const MysqlTokens& tokens, const SqlFunctions& functions, int depth)
      : functions_(functions), text_depth_(depth) {
    op_of(tokens);
  }
  SqlStatement result;
  bool chains = false;  // COMMIT AND CHAIN

 private:
  void set_op(Op op) { result.op = op; }
  void raise(Op op) {
    if (strength(op) > strength(result.op)) result.op = op;
  }
  void unknown() {
    raise(Op::kWrite);
    result.flags |= kFlagUnknownClass;
  }

  void op_of(const MysqlTokens& t) {
    if (t.is_symbol(0, '(')) return op_of(t.from(1));
    if (t.is_any(0, {"select", "with", "values", "table"})) return query(t);
    if (t.is_any(0, {"insert", "replace", "update", "delete", "load"})) return write(t);
    if (t.is_any(0, {"set", "do"})) return t.is(0, "set") ? set(t) : expressions(t, Op::kRead);
    if (t.is_any(0, {"begin", "start", "commit", "rollback", "savepoint", "release", "xa"})) {
      return control(t);
    }
    if (t.is_any(0, {"explain", "describe", "desc", "analyze"})) return explain(t);
    if (t.is_any(0, {"prepare", "execute", "deallocate"})) return prepared(t);
    if (t.is(0, "show")) return show(t);
    if (t.is(0, "call")) {
      result.table = t.name_at(1) + "()";
      return set_op(Op::kWrite);
    }
    if (t.is_any(0, {"use", "unlock", "get"})) return set_op(Op::kSession);
    if (t.is_any(0, {"help", "checksum"})) return table_behind(t, "table", Op::kRead);
    if (t.is(0, "lock")) return lock(t);
    if (t.is_any(0, {"create", "alter", "drop", "truncate", "rename", "grant", "revoke", "optimize",
                     "repair", "import"})) {
      return ddl(t);
    }
    if (t.is(0, "handler")) {
      result.table = t.name_at(1);
      return set_op(Op::kOther);
    }
    if (t.is_any(0, {"kill", "flush", "reset", "purge", "shutdown", "restart", "change", "stop",
                     "binlog", "cache", "check", "install", "uninstall", "clone", "signal",
                     "resignal"})) {
      return set_op(Op::kOther);
    }
    unknown();
  }

  // WITH may stand before any of four verbs.
  void query(const MysqlTokens& t) {
    const bool has_with = t.is(0, "with");
    std::size_t verb = 0;
    if (has_with) {
      const std::uint32_t depth = t[0].depth;
      verb = 1;
      while (verb < t.size() &&
             !(t[verb].depth == depth && t.is_any(verb, {"select", "values", "table", "update",
                                                         "delete", "insert", "replace"}))) {
        ++verb;
      }
    }
    if (t.is_any(verb, {"update", "delete", "insert", "replace"})) return write(t.from(verb));
    set_op(Op::kRead);
    const auto common = has_with ? common_table_names(t) : std::vector<std::string>();
    result.table = mysql_query_table(t, common);
    find_mysql_key(t.from(verb), result);
    look_for_locks(t);
    look_for_calls(t, common);
  }

  void look_for_locks(const MysqlTokens& t) {
    for (std::size_t i = 0; i < t.size(); ++i) {
      const bool is_lock = (t.is(i, "for") && t.is_any(i + 1, {"update", "share"})) ||
                           (t.is(i, "lock") && t.is(i + 1, "in") && t.is(i + 2, "share"));
      if (is_lock) raise(Op::kLockingRead);
      // MariaDB's sequences.
      if (t.is(i, "value") && t.is(i + 1, "for")) {
        if (i > 0 && t.is(i - 1, "next")) raise(Op::kWrite);
        if (i > 0 && t.is(i - 1, "previous")) raise(Op::kLockingRead);
      }
    }
  }

  void look_for_calls(const MysqlTokens& t, const std::vector<std::string>& not_these) {
    for (std::size_t i = 0; i + 1 < t.size(); ++i) {
      if (!t.is_symbol(i + 1, '(') || !t.is_name(i)) continue;
      const bool is_qualified = i > 0 && t.is_symbol(i - 1, '.');
      const bool is_plain = t[i].kind == SqlToken::Kind::kWord && !is_qualified;
      // AS name (column, …) and (…) name (column, …) name what a subquery gives.
      if (i > 0 && (t.is(i - 1, "as") || t.is_symbol(i - 1, ')'))) continue;
      const std::string name = lower(t.name_at(i));
      if (is_plain && is_listed(kMysqlKeywords, name)) continue;
      if (std::ranges::find(not_these, t.name_at(i)) != not_these.end()) continue;
      call(name, is_plain);
    }
  }

  void call(const std::string& name, bool may_be_builtin) {
    const auto has = [&](const std::vector<std::string>& names) {
      return std::ranges::find(names, name) != names.end();
    };
    if (has(functions_.writing)) {
      raise(Op::kWrite);
    } else if (has(functions_.reading) ||
               (may_be_builtin && is_listed(kMysqlReadFunctions, name))) {
      return;
    } else if (may_be_builtin && is_listed(kMysqlPrimaryFunctions, name)) {
      return raise(Op::kLockingRead);
    } else if (may_be_builtin && is_listed(kMysqlWriteFunctions, name)) {
      raise(Op::kWrite);
    } else {
      unknown();
    }
    if (result.table.empty()) result.table = name + "()";
  }

  // DO, SET: what they compute may write.
  void expressions(const MysqlTokens& t, Op op) {
    set_op(op);
    look_for_locks(t);
    look_for_calls(t, {});
  }

  void write(const MysqlTokens& t) {
    if (t.is(0, "load") && t.is(1, "index")) return set_op(Op::kOther);
    set_op(Op::kWrite);
    result.table = mysql_written_table(t);
    find_mysql_key(t, result);
  }

  void set(const MysqlTokens& t) {
    if (t.is_any(1, {"global", "persist", "persist_only"}) || is_global_variable(t[1].text)) {
      return set_op(Op::kOther);
    }
    if (t.is(1, "password") || (t.is(1, "default") && t.is(2, "role"))) return set_op(Op::kDdl);
    // MariaDB: settings for one statement.
    if (t.is(1, "statement")) {
      std::size_t i = 2;
      while (i < t.size() && !t.is(i, "for")) ++i;
      return op_of(t.from(i + 1));
    }
    expressions(t, Op::kSession);
    for (std::size_t i = 1; i < t.size(); ++i) {
      const std::string name = lower(t[i].text);
      const bool is_autocommit = name == "@@autocommit" || name == "@@session.autocommit" ||
                                 name == "@@local.autocommit" ||
                                 (name == "autocommit" && (t.is_symbol(i - 1, ',') || i == 1 ||
                                                           t.is_any(i - 1, {"session", "local"})));
      if (!is_autocommit) continue;
      const std::size_t value = i + (t.is_symbol(i + 1, ':') ? 3 : 2);
      const std::string text = value_of_literal(lower(t[value].text), SqlDialect::kMysql);
      result.autocommit = text != "0" && text != "off" && text != "false";
      result.commits_first = *result.autocommit;
    }
  }

  static bool is_global_variable(std::string_view text) {
    const std::string name = lower(text);
    return name.starts_with("@@global.") || name.starts_with("@@persist");
  }

  void control(const MysqlTokens& t) {
    if (t.is(0, "xa")) return distributed(t);
    if (t.is(0, "begin") || (t.is(0, "start") && t.is(1, "transaction"))) {
      // MariaDB: a block of statements.
      if (t.is(1, "not")) return set_op(Op::kWrite);
      for (std::size_t i = 2; i < t.size(); ++i) {
        if (t.is(i, "read") && t.is(i + 1, "only")) result.flags |= kFlagReadOnlyTransaction;
      }
      result.commits_first = true;
      return set_op(Op::kBegin);
    }
    if (t.is(0, "rollback")) {
      const std::size_t at = t.is(1, "work") ? 2 : 1;
      result.is_rollback_to = t.is(at, "to");
    }
    const bool ends = t.is(0, "commit") || (t.is(0, "rollback") && !result.is_rollback_to);
    if (!ends) return set_op(Op::kOther);
    for (std::size_t i = 1; i < t.size(); ++i) chains |= t.is(i, "and") && t.is(i + 1, "chain");
    set_op(t.is(0, "commit") ? Op::kCommit : Op::kAbort);
  }

  // XA END and XA PREPARE leave the transaction to the XA COMMIT or XA ROLLBACK that follows.
  void distributed(const MysqlTokens& t) {
    set_op(Op::kOther);
    if (t.is_any(1, {"start", "begin"})) set_op(Op::kBegin);
    if (t.is(1, "commit")) set_op(Op::kCommit);
    if (t.is(1, "rollback")) set_op(Op::kAbort);
    if (t.is(1, "recover")) set_op(Op::kRead);
  }

  // EXPLAIN only plans; EXPLAIN ANALYZE and MariaDB's ANALYZE run what they explain.
  void explain(const MysqlTokens& t) {
    std::size_t i = 1;
    if (t.is(0, "analyze")) {
      while (t.is_any(i, {"no_write_to_binlog", "local"})) ++i;
      if (t.is_any(i, {"table", "tables"})) return ddl(t);
      i = 1;
    }
    bool runs = t.is(0, "analyze");
    while (t.is_any(i, {"analyze", "extended", "partitions", "format"})) {
      runs |= t.is(i, "analyze");
      i += t.is(i, "format") ? 3 : 1;
    }
    if (runs) return op_of(t.from(i));
    if (!t.is_any(i, {"select", "with", "values", "insert", "replace", "update", "delete"})) {
      result.table = t.name_at(i);
    }
    set_op(Op::kRead);
  }

  void prepared(const MysqlTokens& t) {
    const bool is_prepare = t.is(0, "prepare");
    const bool is_immediate = t.is(0, "execute") && t.is(1, "immediate");
    if (t.is(0, "deallocate")) return set_op(Op::kSession);
    const std::size_t text = is_immediate ? 2 : 3;
    const bool has_text = (is_prepare || is_immediate) && t[text].kind == SqlToken::Kind::kString;
    std::shared_ptr<const SqlStatement> inner;
    if (has_text && text_depth_ < kDeepestText) {
      SqlStatement parsed = parse_text(value_of_literal(t[text].text, SqlDialect::kMysql),
                                       functions_, text_depth_ + 1);
      // What its positions count is not in this text.
      parsed.key_literal = -1;
      parsed.key_parameter = 0;
      inner = std::make_shared<const SqlStatement>(std::move(parsed));
    }
    if (is_immediate) {
      if (inner == nullptr) return unknown();
      result = *inner;
    } else if (is_prepare) {
      result.prepares = lower(t.name_at(1));
      result.prepared = std::move(inner);
      set_op(Op::kSession);
    } else {
      result.executes = lower(t.name_at(1));
      unknown();
    }
  }

  void show(const MysqlTokens& t) {
    set_op(Op::kRead);
    const std::size_t i = t.is(1, "all") ? 2 : 1;
    // Only a primary has them.
    if (t.is_any(i, {"master", "binary", "binlog", "replicas"}) ||
        (t.is(i, "slave") && t.is(i + 1, "hosts"))) {
      set_op(Op::kLockingRead);
    }
    // Those of the session's last statement.
    if (t.is_any(i, {"warnings", "errors"}) || t.is(i, "count")) set_op(Op::kSession);
  }

  // It keeps others out on the node where it runs, and changes nothing there.
  void lock(const MysqlTokens& t) {
    if (!t.is_any(1, {"table", "tables"})) return set_op(Op::kOther);
    result.table = t.name_at(2);
    result.commits_first = true;
    set_op(Op::kLockingRead);
  }

  void ddl(const MysqlTokens& t) {
    if (t.is(0, "drop") && t.is(1, "prepare")) return set_op(Op::kSession);
    bool is_temporary = false;
    for (std::size_t i = 1; i < std::min<std::size_t>(t.size(), 4); ++i) {
      is_temporary |= t.is(i, "temporary");
    }
    result.commits_first = !is_temporary;
    const bool has_index = t.is(1, "index") || t.is(2, "index");
    table_behind(t, has_index ? "on" : "table", Op::kDdl);
    if (result.table.empty() && t.is(0, "truncate")) result.table = t.name_at(1);
  }

  void table_behind(const MysqlTokens& t, std::string_view word, Op op) {
    set_op(op);
    std::size_t i = 1;
    while (i < t.size() && !(t[i].depth == t[0].depth && t.is(i, word))) ++i;
    ++i;
    while (t.is_any(i, {"if", "not", "exists"})) ++i;
    if (i < t.size()) result.table = t.name_at(i);
  }

  const SqlFunctions& functions_;
  int text_depth_;
};

// A routine's body and MariaDB's BEGIN NOT ATOMIC hold `;`: whatever follows belongs to them.
bool has_body(const MysqlTokens& t) {
  if (t.is(0, "begin") && t.is(1, "not")) return true;
  if (!t.is_any(0, {"create", "alter"})) return false;
  for (std::size_t i = 1; i < t.size() && !t.is_symbol(i, '(') && !t.is_symbol(i, ';'); ++i) {
    if (t.is_any(i, {"procedure", "function", "trigger", "event", "package"})) return true;
    if (t.is_any(i, {"table", "view", "index", "user", "database"})) return false;
  }
  return false;
}

std::vector<MysqlTokens> split_statements(const MysqlTokens& tokens) {
  std::vector<MysqlTokens> parts;
  std::size_t begin = 0;
  while (begin < tokens.size()) {
    std::size_t end = begin;
    if (has_body(tokens.from(begin))) {
      end = tokens.size();
    } else {
      while (end < tokens.size() && !tokens.is_symbol(end, ';')) ++end;
    }
    if (end > begin) parts.push_back(tokens.between(begin, end));
    begin = end + 1;
  }
  return parts;
}

SqlStatement parse_text(std::string_view sql, const SqlFunctions& functions, int depth) {
  bool was_cut = false;
  const std::vector<MysqlToken> tokens = mysql_tokens(sql, was_cut);
  const std::vector<MysqlTokens> parts = split_statements(MysqlTokens(tokens));
  SqlStatement result;
  std::string control;
  bool is_first = true;
  for (const MysqlTokens& part : parts) {
    Statement statement(part, functions, depth);
    SqlStatement& found = statement.result;
    if (is_transaction_control(found.op)) {
      control += letter_of(found.op);
      if (statement.chains) control += letter_of(Op::kBegin);
      result.flags |= found.flags;
      result.commits_first |= is_first && found.commits_first;
      continue;
    }
    if (is_first) result.before = std::exchange(control, {});
    found.flags |= result.flags;
    found.commits_first |= result.commits_first;
    if (!found.autocommit) found.autocommit = result.autocommit;
    if (is_first || strength(found.op) > strength(result.op)) {
      found.before = std::move(result.before);
      result = std::move(found);
    } else {
      result.flags = found.flags;
      result.autocommit = found.autocommit;
    }
    is_first = false;
  }
  if (is_first && !control.empty()) {
    result.op = *op_of_letter(control.front());
    control.erase(0, 1);
  }
  result.after = control;
  if (parts.size() > 1) result.flags |= kFlagMultiStatement;
  // A text without any statement does nothing; of one that is too long the end is not known.
  if (was_cut && result.op != Op::kWrite && result.op != Op::kDdl) {
    result.op = Op::kWrite;
    result.flags |= kFlagUnknownClass;
  }
  return result;
}

}  // namespace

SqlStatement parse_mysql_statement(std::string_view sql, const SqlFunctions& functions) {
  return parse_text(sql, functions, 0);
}

}  // namespace switchyard
