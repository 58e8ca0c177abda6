// Recorded ORM operations against what Django itself did, operation by operation.
//
// data: tests/conformance/django_ops.json, of a router that sends reads to `replica` and writes to
// `default`, and django_deciding_calls.json, of one that answers each call with another database.
// django_named_operations.json says what the operations are called here.
// django_operations_test.py compares the first two with the Django that is installed.
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "catch.h"
#include "replay/operations.h"
#include "workload/open_trace.h"

namespace switchyard::testing {
namespace {

using Names = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

nlohmann::json recorded(const std::string& file) {
  std::ifstream in(SWITCHYARD_SOURCE_DIR "/tests/conformance/" + file);
  return nlohmann::json::parse(in);
}

// The recorded operations in the simulator's names, several where Django does several; or the
// reason why there is no counterpart.
const nlohmann::json& names_of(const std::string& operation) {
  static const nlohmann::json names = recorded("django_named_operations.json");
  return names.at(operation);
}
bool has_counterpart(const std::string& operation) {
  return names_of(operation).is_array();
}

char letter_of(const std::string& verb) {
  static const std::set<std::string> control = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT",
                                                "RELEASE"};
  if (control.contains(verb)) return 'b';
  return verb == "SELECT" || verb == "select" ? 'r' : 'w';
}

bool is_data(const OrmStatement& statement) {
  return class_of(statement.op) != RequestClass::kControl;
}

// As performed in a case: the last operation has the statements that those before have not.
std::vector<std::vector<OrmStatement>> statements_of_case(const std::string& name,
                                                          std::string letters,
                                                          OrmExpansion expansion) {
  std::vector<std::vector<OrmStatement>> all;
  const Names operations = names_of(name);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const bool is_last = i + 1 == operations.size();
    all.push_back(statements_of({operations[i], is_last ? letters : ""}, expansion));
    if (!is_last)
      letters.erase(0, static_cast<std::size_t>(std::ranges::count_if(all.back(), is_data)));
  }
  return all;
}

std::string verb_of(const OrmStatement& statement, const std::string& verb, bool is_nested) {
  switch (statement.letter) {
    case 'b':
      return "BEGIN";
    case 'c':
      return "COMMIT";
    case 'a':
      return "ROLLBACK";
    case 's':
      return is_nested ? "SAVEPOINT" : "BEGIN";
    case 'e':
      return is_nested ? "RELEASE" : "COMMIT";
    default:
      // Of which kind of write is not told.
      return letter_of(verb) == (statement.letter == 'l' ? 'r' : statement.letter) ? verb : "other";
  }
}

// Tells what it was asked for, and answers by a function of the call's number and class.
class Scripted : public Router {
 public:
  using Answer = std::function<NodeId(std::size_t, RequestClass)>;
  Scripted(std::string& asked, Answer answer) : asked_(asked), answer_(std::move(answer)) {}
  Decision choose(const Query& query, const ClusterView&, Nanoseconds) override {
    asked_ += query.kind == RequestClass::kRead ? 'R' : 'W';
    return Decision::to(answer_(asked_.size(), query.kind));
  }

 private:
  std::string& asked_;
  Answer answer_;
};

struct Replayed {
  std::string calls;
  std::vector<NodeId> nodes;
  std::vector<OrmStatement> statements;
};

Replayed replay_case(const std::vector<std::vector<OrmStatement>>& operations,
                     const ClusterSpec& cluster, Scripted::Answer answer) {
  Replayed replayed;
  std::vector<std::unique_ptr<Router>> routers;
  routers.push_back(std::make_unique<Scripted>(replayed.calls, std::move(answer)));
  const RouterChain chain(std::move(routers), NodeId{0});
  const ReplayWorkload workload = workload_of(operations);
  replayed.nodes = placements(workload, cluster, chain);
  for (const auto& statements : operations) {
    replayed.statements.insert(replayed.statements.end(), statements.begin(), statements.end());
  }
  return replayed;
}

std::string letters_in(const nlohmann::json& statements) {
  std::string letters;
  for (const auto& statement : statements) {
    if (letter_of(statement[1]) != 'b') letters += letter_of(statement[1]);
  }
  return letters;
}

}  // namespace

TEST_CASE("Recorded ORM operations ask routers and run as Django's do") {
  const ClusterSpec cluster = cluster_of(2, 1);
  const Names aliases = {"default", "replica"};
  std::size_t compared = 0;
  std::size_t others = 0;
  for (const auto& one : recorded("django_ops.json")) {
    const std::string name = one.at("op");
    INFO(name);
    if (!has_counterpart(name)) {
      ++others;
      continue;
    }
    const auto operations = statements_of_case(name, letters_in(one.at("sql")), {});
    const Replayed replayed = replay_case(operations, cluster, [](std::size_t, RequestClass kind) {
      return node_id(kind == RequestClass::kRead ? 1 : 0);
    });
    std::string calls;
    for (const auto& call : one.at("router_calls")) {
      if (call[0] != "REL") calls += call[0].get<std::string>();
    }
    CHECK(replayed.calls == calls);
    // The recorded cases leave out how transactions end.
    Pairs ran;
    Pairs expected;
    for (const auto& statement : one.at("sql")) expected.emplace_back(statement[0], statement[1]);
    for (std::size_t i = 0; i < replayed.statements.size(); ++i) {
      const OrmStatement& statement = replayed.statements[i];
      if (statement.letter == 'c' || statement.letter == 'a') continue;
      const std::string verb = ran.size() < expected.size() ? expected[ran.size()].second : "";
      REQUIRE(replayed.nodes[i] != kNoNode);
      ran.emplace_back(aliases[index(replayed.nodes[i])], verb_of(statement, verb, true));
    }
    CHECK(ran == expected);
    ++compared;
  }
  CHECK(compared == 52);
  CHECK(others == 4);
}

TEST_CASE("Calls of recorded operations are about the models and objects that Django names") {
  const std::map<std::string, std::string> models = {
      {"django_shop_person", "Person"},
      {"django_shop_book", "Book"},
      {"django_shop_book_authors", "Book_authors"},
      {"auth_user", "User"},
      {"django_session", "Session"},
      {"django_content_type", "ContentType"},
      {"cache", "CacheEntry"},
  };
  // Of each call: "W Book_authors of Book".
  Names expected;
  for (const auto& one : recorded("django_ops.json")) {
    // Of which nothing is recorded, as no statement follows.
    if (one.at("op") == "Book(editor=p(replica))") continue;
    for (const auto& call : one.at("router_calls")) {
      if (call[0] == "REL") continue;
      std::string text = call[0].get<std::string>() + " " + call[1].get<std::string>();
      if (call[2].contains("instance")) {
        const auto object = call[2]["instance"].get<std::string>();
        text += " of " + object.substr(0, object.find('@'));
      }
      expected.push_back(text);
    }
  }
  CHECK(expected.size() == 88);

  const Trace trace = open_trace(SWITCHYARD_SOURCE_DIR "/tests/data/django-orm.jsonl", {});
  const StringTableView tables = trace.names().tables;
  Names asked;
  class Listens : public Router {
   public:
    Listens(Names& names, const std::map<std::string, std::string>& models, StringTableView tables)
        : names_(names), models_(models), tables_(tables) {}
    Signals wants() const override {
      Signals signals;
      signals.origin = true;
      return signals;
    }
    Decision choose(const Query& query, const ClusterView&, Nanoseconds) override {
      std::string text = query.kind == RequestClass::kRead ? "R" : "W";
      text += " " + model(query.table);
      if (query.has_object) text += " of " + model(query.object_table);
      names_.push_back(text);
      return Decision::to(NodeId{0});
    }

   private:
    const std::string& model(TableId table) const {
      return models_.at(std::string(tables_[static_cast<std::uint32_t>(table)]));
    }
    Names& names_;
    const std::map<std::string, std::string>& models_;
    StringTableView tables_;
  };
  std::vector<std::unique_ptr<Router>> routers;
  // Operations of MORE in django_operations.py follow.
  std::map<std::string, std::string> known = models;
  known["django_shop_pet"] = "Pet";
  routers.push_back(std::make_unique<Listens>(asked, known, tables));
  const RouterChain chain(std::move(routers), NodeId{0});
  replay(prepare(trace, std::nullopt, 1), cluster_of(1, 1), chain, {});
  REQUIRE(asked.size() > expected.size());
  asked.resize(expected.size());
  CHECK(asked == expected);
}

TEST_CASE("A statement runs where the call said that decides it in Django") {
  // Node 0 is of nobody's choosing, node 1 the first call's, and so on.
  ClusterSpec cluster = cluster_of(1 + Asking::kMostCalls, 1);
  for (NodeSpec& node : cluster.nodes) node.role = Role::kPrimary;
  const Scripted::Answer by_number = [](std::size_t number, RequestClass) {
    return node_id(number);
  };
  std::size_t compared = 0;
  for (const auto& one : recorded("django_deciding_calls.json")) {
    const std::string name = one.at("operation");
    INFO(name);
    if (!has_counterpart(name)) continue;
    const std::string letters = letters_in(one.at("statements"));

    std::string calls;
    std::string hints;
    for (const auto& call : one.at("calls")) {
      calls += call[0].get<std::string>();
      hints += call[0].get<std::string>() + (call[1].get<bool>() ? "*" : "");
    }
    std::string own_hints;
    for (const std::string operation : names_of(name)) {
      own_hints += find_orm_operation(operation)->calls;
    }
    // Of which model a call is told that names an object is compared above.
    std::ranges::replace(own_hints, '@', '*');
    CHECK(own_hints == hints);

    // All that Django did, as every database was another one.
    const auto all = statements_of_case(name, letters, {.with_conditional = true});
    const Replayed replayed = replay_case(all, cluster, by_number);
    CHECK(replayed.calls == calls);
    Pairs expected;
    for (const auto& statement : one.at("statements")) {
      expected.emplace_back(std::to_string(statement[0].get<int>()), statement[1]);
    }
    Pairs ran;
    for (std::size_t i = 0; i < replayed.statements.size(); ++i) {
      const std::string verb = i < expected.size() ? expected[i].second : "";
      ran.emplace_back(std::to_string(index(replayed.nodes[i])),
                       verb_of(replayed.statements[i], verb, false));
    }
    CHECK(ran == expected);

    // What a recording is expanded into has no transactions within another; all else is the same,
    // within a transaction of the application too.
    for (const bool in_transaction : {false, true}) {
      const auto few = statements_of_case(name, letters, {.in_transaction = in_transaction});
      const Replayed expanded = replay_case(few, cluster, by_number);
      CHECK(expanded.calls == calls);
      const auto data_of = [](const Replayed& from) {
        std::vector<std::size_t> nodes;
        for (std::size_t i = 0; i < from.statements.size(); ++i) {
          if (is_data(from.statements[i])) nodes.push_back(index(from.nodes[i]));
        }
        return nodes;
      };
      CHECK(data_of(expanded) == data_of(replayed));
    }
    ++compared;
  }
  CHECK(compared == 58);
}

TEST_CASE("Every operation that recordings may name is one that was compared with Django") {
  std::set<std::string> compared;
  for (const auto& operations : recorded("django_named_operations.json")) {
    if (!operations.is_array()) continue;
    for (const std::string operation : operations) compared.insert(operation);
  }
  // They are called otherwise, and are like others to the letter.
  const std::map<std::string, std::string> alike = {
      {"aggregate", "count"}, {"cursor.write", "cursor"}, {"using_default.write", "using_default"}};
  for (const OrmOperation& operation : orm_operations()) {
    INFO(operation.name);
    const auto like = alike.find(std::string(operation.name));
    if (like == alike.end()) {
      CHECK(compared.contains(std::string(operation.name)));
    } else {
      CHECK(operation.calls == find_orm_operation(like->second)->calls);
    }
  }
}

}  // namespace switchyard::testing
