#include <pg_query.h>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "workload/readers/postgres_functions.h"
#include "workload/readers/sql_statement.h"
#include "workload/trace.h"

namespace switchyard {
namespace {

using Json = nlohmann::json;

// A tree takes some fifty times the memory of its text; what is longer loads rows.
constexpr std::size_t kLongestParsed = std::size_t{1} << 20;

struct ParsedTree {
  PgQueryParseResult result;
  explicit ParsedTree(const std::string& sql) : result(pg_query_parse(sql.c_str())) {}
  ~ParsedTree() { pg_query_free_parse_result(result); }
  ParsedTree(const ParsedTree&) = delete;
  ParsedTree& operator=(const ParsedTree&) = delete;
};

// The last part of a possibly qualified name: pg_catalog.lower is "lower".
std::string last_name(const Json& parts) {
  if (!parts.is_array() || parts.empty()) return {};
  const Json& last = parts.back();
  return last.contains("String") ? last["String"].value("sval", "") : std::string();
}

class Walker {
 public:
  Walker(std::string_view sql, std::span<const std::string_view> literals,
         const SqlFunctions& functions)
      : sql_(sql), literals_(literals), functions_(functions) {}

  SqlStatement classify(const Json& tree) {
    const Json& statements = tree.at("stmts");
    std::string control;
    bool is_first = true;
    for (const Json& entry : statements) {
      const Json& node = entry.at("stmt");
      const Op op = op_of(node);
      if (is_transaction_control(op)) {
        visit(node);
        control += letter_of(op);
        if (node.contains("TransactionStmt") && node["TransactionStmt"].value("chain", false)) {
          control += letter_of(Op::kBegin);
        }
        continue;
      }
      if (is_first) result_.before = std::exchange(control, {});
      is_first = false;
      raise(op);
      look_into(node);
    }
    if (is_first && !control.empty()) {
      result_.op = *op_of_letter(control.front());
      control.erase(0, 1);
    }
    result_.after = control;
    if (statements.size() > 1) result_.flags |= kFlagMultiStatement;
    return result_;
  }

  // Of one statement inside another.
  SqlStatement classify_one(const Json& node) {
    raise(op_of(node));
    look_into(node);
    return result_;
  }

 private:
  void raise(Op op) {
    if (!classified_ || strength(op) > strength(result_.op)) result_.op = op;
    classified_ = true;
  }
  Op unknown() {
    result_.flags |= kFlagUnknownClass;
    return Op::kWrite;
  }

  void look_into(const Json& node) {
    // What is prepared, or explained without being run, does nothing yet.
    if (node.contains("PrepareStmt")) {
      const Json& prepare = node["PrepareStmt"];
      result_.prepares = prepare.value("name", "");
      if (prepare.contains("query")) {
        result_.prepared = std::make_shared<const SqlStatement>(
            Walker(sql_, literals_, functions_).classify_one(prepare["query"]));
      }
      return;
    }
    if (node.contains("ExplainStmt") && !is_analyzed(node["ExplainStmt"])) return;
    if (node.contains("ExecuteStmt")) result_.executes = node["ExecuteStmt"].value("name", "");
    visit(node);
    find_key(node);
    if (result_.table.empty() && !function_.empty()) result_.table = function_ + "()";
  }

  Op op_of(const Json& node) {
    const std::string& type = node.begin().key();
    const Json& body = node.begin().value();
    if (type == "SelectStmt") {
      if (body.contains("intoClause")) return Op::kDdl;
      return body.contains("lockingClause") ? Op::kLockingRead : Op::kRead;
    }
    if (type == "TransactionStmt") return transaction_op(body);
    if (type == "ExplainStmt") return explain_op(body);
    if (type == "CopyStmt") return body.value("is_from", false) ? Op::kWrite : Op::kRead;
    static constexpr std::array<std::string_view, 7> writes = {
        "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CallStmt", "DoStmt", "NotifyStmt"};
    if (std::ranges::find(writes, type) != writes.end()) return Op::kWrite;
    if (type == "LockStmt") return Op::kLockingRead;
    static constexpr std::array<std::string_view, 2> reads = {"VariableShowStmt", "FetchStmt"};
    if (std::ranges::find(reads, type) != reads.end()) return Op::kRead;
    static constexpr std::array<std::string_view, 8> session = {
        "VariableSetStmt", "PrepareStmt", "DeallocateStmt",    "ListenStmt",
        "UnlistenStmt",    "DiscardStmt", "DeclareCursorStmt", "ClosePortalStmt"};
    if (std::ranges::find(session, type) != session.end()) return Op::kSession;
    static constexpr std::array<std::string_view, 3> other = {"CheckPointStmt", "AlterSystemStmt",
                                                              "LoadStmt"};
    if (std::ranges::find(other, type) != other.end()) return Op::kOther;
    static constexpr std::array<std::string_view, 10> ddl = {
        "Create", "Alter",    "Drop",   "Index",   "View",
        "Grant",  "Truncate", "Vacuum", "Reindex", "Comment"};
    const bool is_ddl =
        std::ranges::any_of(ddl, [&](std::string_view start) { return type.starts_with(start); });
    if (is_ddl || type == "RenameStmt" || type == "RefreshMatViewStmt") return Op::kDdl;
    return unknown();
  }

  Op transaction_op(const Json& body) {
    const std::string kind = body.value("kind", "");
    if (kind == "TRANS_STMT_ROLLBACK_TO") result_.is_rollback_to = true;
    if (kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START") return Op::kBegin;
    if (kind == "TRANS_STMT_COMMIT") return Op::kCommit;
    if (kind == "TRANS_STMT_ROLLBACK") return Op::kAbort;
    return kind.find("PREPARE") == std::string::npos ? Op::kOther : Op::kWrite;
  }

  Op explain_op(const Json& body) {
    return is_analyzed(body) ? op_of(body.at("query")) : Op::kRead;
  }

  // EXPLAIN ANALYZE, (ANALYZE), (ANALYZE true | on | 1), of which the last counts.
  static bool is_analyzed(const Json& body) {
    bool analyzed = false;
    for (const Json& option : body.value("options", Json::array())) {
      const Json element = option.value("DefElem", Json::object());
      if (element.value("defname", "") != "analyze") continue;
      const std::string value = element.value("arg", Json::object()).dump();
      const bool is_off = value.find("\"false\"") != std::string::npos ||
                          value.find("\"off\"") != std::string::npos ||
                          value.find("\"Integer\":{}") != std::string::npos;
      analyzed = !is_off;
    }
    return analyzed;
  }

  // Looks everywhere in the tree for what makes a SELECT more than a read.
  void visit(const Json& node) {
    if (node.is_array()) {
      for (const Json& child : node) visit(child);
      return;
    }
    if (!node.is_object()) return;
    // The target of an UPDATE comes before its FROM, whatever the order of the members.
    if (const auto target = node.find("relation"); target != node.end() && result_.table.empty()) {
      result_.table = target->value("relname", "");
    }
    for (const auto& [type, child] : node.items()) {
      if (type == "FuncCall") visit_function(child);
      if (type == "InsertStmt" || type == "UpdateStmt" || type == "DeleteStmt" ||
          type == "MergeStmt") {
        raise(Op::kWrite);
      }
      if (type == "lockingClause") raise(Op::kLockingRead);
      if (type == "RangeVar" && result_.table.empty()) {
        result_.table = child.value("relname", "");
      }
      if (type == "TransactionStmt") visit_transaction_options(child);
      visit(child);
    }
  }

  void visit_function(const Json& call) {
    const std::string name = last_name(call.value("funcname", Json::array()));
    const bool is_writing = std::ranges::find(functions_.writing, name) != functions_.writing.end();
    const bool is_reading =
        !is_writing && (std::ranges::find(functions_.reading, name) != functions_.reading.end() ||
                        is_postgres_read_function(name));
    if (is_reading) return;
    raise(is_writing ? Op::kWrite : unknown());
    if (function_.empty()) function_ = name;
  }

  void visit_transaction_options(const Json& body) {
    for (const Json& option : body.value("options", Json::array())) {
      const Json element = option.value("DefElem", Json::object());
      const std::string name = element.value("defname", "");
      const std::string text = element.dump();
      if (name == "transaction_read_only" && text.find("\"ival\":1") != std::string::npos) {
        result_.flags |= kFlagReadOnlyTransaction;
      }
      if (name == "transaction_isolation" && text.find("serializable") != std::string::npos) {
        result_.flags |= kFlagSerializable;
      }
    }
  }

  void find_key(const Json& node) {
    const Json& body = node.begin().value();
    if (!body.is_object()) return;
    if (node.contains("InsertStmt")) {
      find_inserted_key(body);
    } else if (body.contains("whereClause")) {
      find_compared_key(body["whereClause"]);
    }
  }

  void find_inserted_key(const Json& insert) {
    const Json lists =
        insert.value("/selectStmt/SelectStmt/valuesLists"_json_pointer, Json::array());
    if (lists.size() != 1) return;
    const Json items = lists[0].value("/List/items"_json_pointer, Json::array());
    if (!items.empty()) take_value(items[0]);
  }

  // The first `column = value` that every row must meet.
  bool find_compared_key(const Json& condition) {
    if (condition.contains("BoolExpr")) {
      const Json& expression = condition["BoolExpr"];
      if (expression.value("boolop", "") != "AND_EXPR") return false;
      return std::ranges::any_of(expression.value("args", Json::array()),
                                 [&](const Json& arg) { return find_compared_key(arg); });
    }
    if (!condition.contains("A_Expr")) return false;
    const Json& expression = condition["A_Expr"];
    if (expression.value("kind", "") != "AEXPR_OP" ||
        last_name(expression.value("name", Json::array())) != "=") {
      return false;
    }
    const Json left = expression.value("lexpr", Json::object());
    const Json right = expression.value("rexpr", Json::object());
    if (left.contains("ColumnRef")) return take_value(right);
    return right.contains("ColumnRef") && take_value(left);
  }

  bool take_value(const Json& value) {
    if (value.contains("TypeCast"))
      return take_value(value["TypeCast"].value("arg", Json::object()));
    if (value.contains("ParamRef")) {
      result_.key_parameter = value["ParamRef"].value("number", 0U);
      return true;
    }
    return value.contains("A_Const") && take_literal(value["A_Const"]);
  }

  bool take_literal(const Json& constant) {
    if (!constant.contains("ival") && !constant.contains("sval") && !constant.contains("fval")) {
      return false;
    }
    // A negative number is one constant to the grammar, a minus and a literal to the text.
    std::size_t at = constant.value("location", std::size_t{0});
    result_.is_key_negative = at < sql_.size() && sql_[at] == '-';
    if (result_.is_key_negative) at = sql_.find_first_of("0123456789.", at);
    for (std::size_t i = 0; i < literals_.size(); ++i) {
      if (static_cast<std::size_t>(literals_[i].data() - sql_.data()) != at) continue;
      result_.key_literal = static_cast<std::int32_t>(i);
      return true;
    }
    return false;
  }

  std::string_view sql_;
  std::span<const std::string_view> literals_;
  const SqlFunctions& functions_;
  SqlStatement result_;
  std::string function_;  // the first that makes a write
  bool classified_ = false;
};

// Null for a text that is not SQL.
Json parse_tree(std::string sql) {
  Json tree;
  {
    const ParsedTree parsed(sql);
    if (parsed.result.error != nullptr) return nullptr;
    tree = Json::parse(parsed.result.parse_tree, nullptr, false);
  }
  if (!tree.is_discarded()) return tree;
  // Text in another encoding than UTF-8 parses as SQL, but its tree is not JSON.
  const auto is_not_ascii = [](char c) { return static_cast<unsigned char>(c) >= 128; };
  if (std::ranges::none_of(sql, is_not_ascii)) return nullptr;
  std::ranges::replace_if(sql, is_not_ascii, 'x');
  return parse_tree(std::move(sql));
}

}  // namespace

SqlStatement parse_postgres_statement(std::string_view sql,
                                      std::span<const std::string_view> literals,
                                      const SqlFunctions& functions) {
  Json parsed = sql.size() <= kLongestParsed ? parse_tree(std::string(sql)) : nullptr;
  if (parsed.is_null()) {
    SqlStatement unknown;
    unknown.op = Op::kWrite;
    unknown.flags = kFlagUnknownClass;
    return unknown;
  }
  return Walker(sql, literals, functions).classify(parsed);
}

}  // namespace switchyard
