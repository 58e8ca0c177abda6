// A user's own Django routers, run as they are: DATABASES and DATABASE_ROUTERS of their settings.
// They run in a process of their own, in the system's Python with the system's Django.
//
// Ships in: Django; which routers is the user's choice. Parameters: settings (a path), routers
// (those of the settings), patience (10s).
// Known failure: the user's code runs unsandboxed, and what it reads from outside is not simulated.
// Source: Django 3.2, django/db/utils.py (ConnectionRouter), which itself is what is asked.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "core/error.h"
#include "django/worker_process.h"
#include "routers/catalogue.h"

namespace switchyard {
namespace {

using django::Ask;

std::vector<std::string> tables_of(StringTableView tables) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < tables.size(); ++i) names.emplace_back(tables[i]);
  return names;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ';');) parts.push_back(part);
  return parts;
}

class DjangoRouters : public Router {
 public:
  DjangoRouters(const RouterSetup& setup, const Parameters& parameters)
      : tables_(static_cast<std::uint32_t>(setup.tables.size())),
        worker_(std::make_unique<django::WorkerProcess>(
            django::Order{parameters.text("settings"), split(parameters.text("routers")),
                          setup.seed, tables_of(setup.tables),
                          std::max(parameters.duration("patience"), django::kLoadingPatience)},
            parameters.duration("patience"), setup.stop)),
        database_of_(setup.nodes.size(), django::kNoDatabase),
        is_up_(setup.nodes.size(), true),
        refused_(setup.nodes.size()) {
    for (const NodeInfo& node : setup.nodes) {
      names_.push_back(node.name);
      roles_.push_back(node.role);
    }
    const std::vector<std::string>& databases = worker_->databases();
    for (std::size_t i = 0; i < databases.size(); ++i) {
      const auto node = std::ranges::find(setup.nodes, databases[i], &NodeInfo::name);
      if (node == setup.nodes.end()) {
        throw InputError(
            fmt::format("{} has a database '{}' that the cluster lacks; add [databases.{}], or "
                        "leave all out and take those of the settings by [django]",
                        parameters.text("settings"), databases[i], databases[i]));
      }
      const auto place = static_cast<std::size_t>(node - setup.nodes.begin());
      node_of_.push_back(node_id(place));
      database_of_[place] = static_cast<std::uint16_t>(i);
    }
  }

  Signals wants() const override {
    Signals signals;
    signals.origin = true;
    signals.sessions = true;
    return signals;
  }

  Decision choose(const Query& query, const ClusterView& /*view*/, Nanoseconds now) override {
    Ask ask;
    ask.kind = query.kind == RequestClass::kRead ? Ask::Kind::kRead : Ask::Kind::kWrite;
    ask.now_ns = now;
    ask.session = static_cast<std::uint32_t>(query.session);
    ask.table = std::min(static_cast<std::uint32_t>(query.table), tables_);
    if (query.has_object) {
      ask.has_object = 1;
      ask.object_table = std::min(static_cast<std::uint32_t>(query.object_table), tables_);
      ask.object = query.object == kNoKey ? 0 : static_cast<std::uint32_t>(query.object) + 1;
      if (query.origin != kNoNode) ask.database = database_of_[index(query.origin)];
    }
    ask.in_transaction = query.transaction != 0 ? 1 : 0;
    const django::Answer answer = worker_->ask(ask);
    decision_ns_.record(answer.spent_ns);
    if (answer.database == django::kNoDatabase) return Decision::fail();
    const NodeId node = node_of_[answer.database];
    if (query.kind == RequestClass::kWrite && roles_[index(node)] == Role::kReplica) {
      ++refused_[index(node)];
    }
    return Decision::to(node);
  }

  void on_session_end(SessionId session, Nanoseconds now) override {
    worker_->tell({.now_ns = now,
                   .session = static_cast<std::uint32_t>(session),
                   .kind = Ask::Kind::kSessionEnd});
  }

  void on_topology(std::span<const NodeState> states, Nanoseconds now) override {
    for (std::size_t i = 0; i < states.size(); ++i) {
      roles_[i] = states[i].role;
      if (states[i].up == is_up_[i]) continue;
      is_up_[i] = states[i].up;
      worker_->tell({.now_ns = now,
                     .database = database_of_[i],
                     .kind = is_up_[i] ? Ask::Kind::kDatabaseUp : Ask::Kind::kDatabaseDown});
    }
  }

  void give_account(RouterAccount& account) const override {
    for (std::string& note : worker_->account()) account.notes.push_back(std::move(note));
    for (std::size_t i = 0; i < refused_.size(); ++i) {
      if (refused_[i] == 0) continue;
      account.notes.push_back(fmt::format(
          "{0} writes were sent to '{1}', a replica, which refuses them; if it takes "
          "writes, say so: role = \"primary\" under [databases.{1}], or --primaries {1}",
          refused_[i], names_[i]));
    }
    account.decision_ns.merge(decision_ns_);
  }

 private:
  std::uint32_t tables_;
  std::unique_ptr<django::WorkerProcess> worker_;
  std::vector<NodeId> node_of_;             // by database
  std::vector<std::uint16_t> database_of_;  // by node
  std::vector<bool> is_up_;                 // by node, as the process was told
  std::vector<std::string> names_;          // by node
  std::vector<Role> roles_;                 // likewise, as far as they have been noticed
  std::vector<std::uint64_t> refused_;      // likewise: writes sent to it as a replica
  Histogram decision_ns_;
};

constexpr std::array kParameters = {
    ParameterInfo{.name = "settings",
                  .type = ParameterInfo::Type::kFile,
                  .default_value = "",
                  .help = "the Django settings module (a .py file) whose DATABASES and "
                          "DATABASE_ROUTERS are taken; it is run, unsandboxed, with your rights"},
    ParameterInfo{.name = "routers",
                  .type = ParameterInfo::Type::kText,
                  .default_value = "",
                  .help = "dotted paths of routers, with ; between them, to use instead of "
                          "DATABASE_ROUTERS"},
    ParameterInfo{.name = "patience",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "10s",
                  .help = "how long the routers may take to answer, on the real clock, before the "
                          "run is given up; more than 60 s holds for loading them, too",
                  .shortest = kMillisecond,
                  .longest = kHour}};

}  // namespace

extern const StrategyInfo kDjango = {
    .name = "django",
    .summary = "your own Django routers, run as they are in the system's Python",
    .rule =
        "Each query is put to Django's ConnectionRouter with the routers of the settings: "
        "db_for_read or db_for_write with the model of the query's table (your own where "
        "INSTALLED_APPS has it, else one made from the table's name), and with the hint `instance` "
        "for the write of an object that the session read before; of recorded operations of the "
        "ORM for all calls that name an object. Its _state.db is where it was read or, by the ORM, "
        "saved last, else None. Python's `random` is seeded with the run's seed, clocks show "
        "virtual time, "
        "threading.local and context variables are of each session, sleeping takes no time, "
        "connections['default'].in_atomic_block is true within a recorded transaction, and "
        "connections to a database that is noticed to be down fail. A router that raises, or "
        "names a database that is not there, fails its query; the report counts those and shows "
        "the traceback.",
    .parameters = kParameters,
    .systems = "Django 3.2 as Debian 12 has it (python3-django)",
    .failure_modes =
        "Each decision costs microseconds of Python, and some more on the way to its process. The "
        "code runs unsandboxed, with your rights. What it reads from outside (files, the network, "
        "rows of a query) is not simulated, and middleware does not run, so that a router which "
        "relies on it decides as without. Virtual time stands still within a decision: code that "
        "waits for it to pass is stopped as hanging. Process numbers are real, and differ between "
        "runs; where objects lie in memory differs with the environment.",
    .source = "Django 3.2 django/db/utils.py; docs, Multiple databases: Using routers",
    .runs_user_code = true,
    .make = [](RouterSetup setup, const Parameters& p) -> std::unique_ptr<Router> {
      if (p.text("settings").empty()) {
        throw InputError(fmt::format(
            "router '{}' needs the path of a Django settings module: settings = \"settings.py\"",
            p.strategy()));
      }
      return std::make_unique<DjangoRouters>(setup, p);
    },
};

}  // namespace switchyard
