// Django routers without the engine: written to a folder of the test's own, or those of
// data/routers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "core/error.h"
#include "routers/catalogue.h"
#include "routers/rig.h"
#include "temporary_file.h"

namespace switchyard::testing {

inline constexpr const char* kBundledSettings =
    SWITCHYARD_SOURCE_DIR "/data/routers/django/localsettings.py";

// As many databases as names, each with an engine.
inline std::string databases_text(const std::vector<std::string>& names) {
  std::string text = "DATABASES = {\n";
  for (const std::string& name : names) {
    text += "    '" + name + "': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'},\n";
  }
  return text + "}\n";
}

struct DjangoCase {
  std::vector<std::string> databases = {"default", "replica-1", "replica-2"};
  std::string code;                          // of routers.py
  std::string routers = "['routers.Mine']";  // DATABASE_ROUTERS, as Python
  std::string more = "";                     // of the settings
  std::vector<std::string> tables = {};
  std::uint64_t seed = kSeed;
  std::string patience = "10s";
};

// A router of the strategy `django` with what it needs around it.
class DjangoRig {
 public:
  explicit DjangoRig(const DjangoCase& test) {
    folder_.write("routers.py", test.code);
    const std::string settings =
        folder_.write("mysettings.py", databases_text(test.databases) +
                                           "DATABASE_ROUTERS = " + test.routers + "\n" + test.more);
    load(settings, "", test);
  }
  // Of data/routers, a router named there.
  explicit DjangoRig(std::string_view bundled, DjangoCase test = {}) {
    load(kBundledSettings, bundled, test);
  }

  Router& router() { return *router_; }
  Decision ask(RequestClass kind, Nanoseconds now = 0, std::uint32_t session = 0,
               NodeId origin = kNoNode, TableId table = kNoTable) {
    Query query = query_of(kind);
    query.session = SessionId{session};
    query.origin = origin;
    query.has_object = origin != kNoNode;
    query.table = query.object_table = table;
    return router_->choose(query, {}, now);
  }
  // The name of the database that a read goes to, or "fails".
  std::string read(Nanoseconds now = 0, std::uint32_t session = 0) {
    return name(ask(RequestClass::kRead, now, session));
  }
  std::string write(Nanoseconds now = 0, std::uint32_t session = 0, NodeId origin = kNoNode) {
    return name(ask(RequestClass::kWrite, now, session, origin));
  }
  std::string name(const Decision& decision) const {
    if (decision.kind == Decision::Kind::kFail) return "fails";
    REQUIRE(decision.kind == Decision::Kind::kNode);
    return nodes_[index(decision.node)].name;
  }
  RouterAccount account() const {
    RouterAccount account;
    router_->give_account(account);
    return account;
  }

 private:
  void load(const std::string& settings, std::string_view routers, const DjangoCase& test) {
    for (const std::string& database : test.databases) {
      nodes_.push_back({database, database == "default" ? Role::kPrimary : Role::kReplica, 1});
    }
    StringTable tables;
    for (const std::string& table : test.tables) tables.intern(table);
    const StrategyInfo& info = find_strategy("django");
    RouterSetup setup{nodes_, NodeId{0}, RandomStream(test.seed, RandomPurpose::kRouter), nullptr};
    setup.tables = tables.view();
    setup.seed = test.seed;
    router_ = info.make(std::move(setup), parameters_of("django", info,
                                                        {{"settings", settings},
                                                         {"routers", std::string(routers)},
                                                         {"patience", test.patience}}));
  }

  TemporaryDirectory folder_;
  std::vector<NodeInfo> nodes_;
  std::unique_ptr<Router> router_;
};

// What loading it fails with; empty if it doesn't.
inline std::string loading_error(const DjangoCase& test) {
  try {
    const DjangoRig rig(test);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace switchyard::testing
