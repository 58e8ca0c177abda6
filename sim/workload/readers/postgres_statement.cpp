#include "workload/readers/postgres_statement.h"

#include <pg_query.h>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "workload/trace.h"

namespace switchyard {
namespace {

using Json = nlohmann::json;

// Beyond this many different texts (literals instead of parameters) the cache starts afresh.
constexpr std::size_t kCacheLimit = 100'000;

// Functions of PostgreSQL that only compute or read, by far the most used ones.
constexpr std::array<std::string_view, 64> kReadFunctions = {"abs",
                                                             "age",
                                                             "array_agg",
                                                             "array_length",
                                                             "avg",
                                                             "btrim",
                                                             "ceil",
                                                             "char_length",
                                                             "concat",
                                                             "count",
                                                             "date_part",
                                                             "date_trunc",
                                                             "dense_rank",
                                                             "extract",
                                                             "first_value",
                                                             "floor",
                                                             "format",
                                                             "generate_series",
                                                             "greatest",
                                                             "initcap",
                                                             "json_agg",
                                                             "json_build_object",
                                                             "jsonb_agg",
                                                             "jsonb_build_object",
                                                             "lag",
                                                             "last_value",
                                                             "lead",
                                                             "least",
                                                             "left",
                                                             "length",
                                                             "like",
                                                             "ln",
                                                             "lower",
                                                             "lpad",
                                                             "max",
                                                             "md5",
                                                             "min",
                                                             "mod",
                                                             "now",
                                                             "ntile",
                                                             "octet_length",
                                                             "percentile_cont",
                                                             "position",
                                                             "power",
                                                             "random",
                                                             "rank",
                                                             "regexp_replace",
                                                             "replace",
                                                             "right",
                                                             "round",
                                                             "row_number",
                                                             "row_to_json",
                                                             "rpad",
                                                             "rtrim",
                                                             "split_part",
                                                             "sqrt",
                                                             "string_agg",
                                                             "substring",
                                                             "sum",
                                                             "to_char",
                                                             "to_timestamp",
                                                             "trim",
                                                             "upper",
                                                             "version"};

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

// How far a statement binds the router: the class of several is the highest.
int rank(Op op) {
  switch (op) {
    case Op::kRead:
      return 1;
    case Op::kSession:
      return 2;
    case Op::kOther:
      return 3;
    case Op::kBegin:
    case Op::kCommit:
    case Op::kAbort:
      return 4;
    case Op::kLockingRead:
      return 5;
    case Op::kWrite:
      return 6;
    case Op::kDdl:
      return 7;
  }
  return 0;
}

class Walker {
 public:
  Walker(std::string_view sql, const std::vector<std::string>& write_functions,
         const std::vector<std::string>& read_functions)
      : sql_(sql), write_functions_(write_functions), read_functions_(read_functions) {}

  PostgresStatement classify(const Json& tree) {
    const Json& statements = tree.at("stmts");
    for (const Json& entry : statements) {
      const Json& node = entry.at("stmt");
      raise(op_of(node));
      visit(node);
      find_key(node);
    }
    if (statements.size() > 1) result_.flags |= kFlagMultiStatement;
    return result_;
  }

 private:
  void raise(Op op) {
    if (!classified_ || rank(op) > rank(result_.op)) result_.op = op;
    classified_ = true;
  }
  Op unknown() {
    result_.flags |= kFlagUnknownClass;
    return Op::kWrite;
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

  static Op transaction_op(const Json& body) {
    const std::string kind = body.value("kind", "");
    if (kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START") return Op::kBegin;
    if (kind == "TRANS_STMT_COMMIT") return Op::kCommit;
    if (kind == "TRANS_STMT_ROLLBACK") return Op::kAbort;
    return kind.find("PREPARE") == std::string::npos ? Op::kOther : Op::kWrite;
  }

  Op explain_op(const Json& body) {
    const Json options = body.value("options", Json::array());
    const bool analyze = std::ranges::any_of(options, [](const Json& option) {
      return option.contains("DefElem") && option["DefElem"].value("defname", "") == "analyze";
    });
    return analyze ? op_of(body.at("query")) : Op::kRead;
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
    if (std::ranges::find(write_functions_, name) != write_functions_.end()) {
      raise(Op::kWrite);
    } else if (std::ranges::find(read_functions_, name) == read_functions_.end() &&
               std::ranges::find(kReadFunctions, name) == kReadFunctions.end()) {
      raise(unknown());
    }
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
    if (!value.contains("A_Const")) return false;
    const Json& constant = value["A_Const"];
    if (constant.contains("ival")) {
      result_.key_literal = integer_text(constant);
    } else if (constant.contains("sval")) {
      result_.key_literal = constant["sval"].value("sval", "");
    } else if (constant.contains("fval")) {
      result_.key_literal = constant["fval"].value("fval", "");
    } else {
      return false;
    }
    return true;
  }

  // libpg_query leaves negative integers out of its tree; they are read from the text.
  std::string integer_text(const Json& constant) const {
    const std::int64_t value = constant["ival"].value("ival", std::int64_t{0});
    const auto at = constant.value("location", std::size_t{0});
    if (value != 0 || at >= sql_.size() || sql_[at] != '-') return std::to_string(value);
    const std::size_t first = sql_.find_first_of("0123456789", at);
    if (first == std::string_view::npos) return std::to_string(value);
    const std::size_t last = std::min(sql_.find_first_not_of("0123456789", first), sql_.size());
    return '-' + std::string(sql_.substr(first, last - first));
  }

  std::string_view sql_;
  const std::vector<std::string>& write_functions_;
  const std::vector<std::string>& read_functions_;
  PostgresStatement result_;
  bool classified_ = false;
};

}  // namespace

PostgresClassifier::PostgresClassifier(std::vector<std::string> write_functions,
                                       std::vector<std::string> read_functions)
    : write_functions_(std::move(write_functions)), read_functions_(std::move(read_functions)) {}

const PostgresStatement& PostgresClassifier::classify(std::string_view sql) {
  if (cache_.size() > kCacheLimit) cache_.clear();
  const auto [slot, is_new] = cache_.try_emplace(std::string(sql));
  if (!is_new) return slot->second;
  const ParsedTree tree(slot->first);
  // A text that is not UTF-8 parses as SQL, but its tree is not JSON.
  const Json parsed = tree.result.error == nullptr
                          ? Json::parse(tree.result.parse_tree, nullptr, false)
                          : Json(Json::value_t::discarded);
  if (parsed.is_discarded()) {
    slot->second.op = Op::kWrite;
    slot->second.flags = kFlagUnknownClass;
  } else {
    slot->second = Walker(slot->first, write_functions_, read_functions_).classify(parsed);
  }
  return slot->second;
}

}  // namespace switchyard
