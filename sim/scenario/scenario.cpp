#include "scenario/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text_file.h"
#include "routers/catalogue.h"
#include "scenario/build_chain.h"
#include "scenario/default_scenario.h"
#include "scenario/django_settings.h"
#include "scenario/read_candidates.h"
#include "scenario/read_faults.h"
#include "scenario/read_import.h"
#include "scenario/table_reader.h"
#include "scenario/vocabulary.h"

namespace switchyard {
namespace {

constexpr std::uint64_t kManyRequests = 4'294'967'294;

TimeRange read_range(TableReader& reader) {
  TimeRange range;
  range.from_ns = reader.duration("from", range.from_ns);
  range.to_ns = reader.duration("to", range.to_ns);
  try {
    validate(range);
  } catch (const InputError& error) {
    reader.fail(*reader.find("to"), error.what());  // without an end any beginning will do
  }
  return range;
}

ArrivalLaw read_arrivals(TableReader reader) {
  ArrivalLaw law;
  if (!reader.has("law")) reader.fail_missing("law", "expected one of " + join_names(kArrivalLaws));
  law.kind = static_cast<ArrivalLaw::Kind>(reader.choice("law", kArrivalLaws, 0));
  if (law.kind == ArrivalLaw::Kind::kMmpp) {
    law.rates = reader.numbers("rates");
    law.mean_durations_ns = reader.durations("mean_durations");
    const bool some = std::ranges::any_of(law.rates, [](double rate) { return rate > 0; });
    const bool last = std::ranges::all_of(law.mean_durations_ns, [](double ns) { return ns > 0; });
    if (!some || !last || law.rates.size() != law.mean_durations_ns.size()) {
      reader.fail(
          reader.raw(),
          "arrivals of law mmpp need as many mean_durations (above 0) as rates (not all 0)");
    }
  } else {
    if (!reader.has("rate")) reader.fail_missing("rate", "expected a number per second");
    law.rate = reader.number("rate", 0, 0, true);
  }
  if (law.kind == ArrivalLaw::Kind::kBatch) {
    law.mean_batch_size = reader.number("mean_size", 1, 1);
  }
  reader.finish();
  return law;
}

KeyLaw read_keys(TableReader reader) {
  KeyLaw law;
  const bool zipf = reader.choice("law", kKeyLaws, 0) == 1;
  if (!reader.has("count")) reader.fail_missing("count", "expected the number of keys");
  law.count = static_cast<std::uint32_t>(reader.integer("count", 1, 1, 1'000'000'000));
  if (zipf) law.exponent = reader.number("exponent", 0.99, 0);
  reader.finish();
  return law;
}

SyntheticWorkload read_synthetic(TableReader reader, LoopMode loop) {
  SyntheticWorkload workload = default_synthetic();
  workload.requests = reader.integer("requests", workload.requests, 1, kManyRequests);
  workload.sessions =
      static_cast<std::uint32_t>(reader.integer("sessions", workload.sessions, 1, 100'000'000));
  workload.read_share = reader.share("read_share", workload.read_share);
  workload.read_service = reader.law("read_service").value_or(workload.read_service);
  workload.write_service = reader.law("write_service").value_or(workload.write_service);
  if (auto keys = reader.table("keys")) workload.keys = read_keys(*keys);
  auto arrivals = reader.table("arrivals");
  auto think = reader.law("think");
  if (loop == LoopMode::kClosed) {
    if (!think) reader.fail_missing("think", "a closed loop needs the clients' think time");
    workload.think = std::move(think);
    if (arrivals) workload.arrivals = read_arrivals(*arrivals);
  } else {
    if (!arrivals) reader.fail_missing("arrivals", "expected { law = \"poisson\", rate = … }");
    workload.arrivals = read_arrivals(*arrivals);
  }
  reader.finish();
  return workload;
}

WorkloadSpec read_workload(TableReader reader) {
  WorkloadSpec spec;
  spec.trace_name = reader.text("trace", "");
  if (!spec.trace_name.empty()) spec.trace = resolve_path(spec.trace_name, reader.file());
  spec.import = read_import(reader);
  spec.range = read_range(reader);
  spec.loop = static_cast<LoopMode>(reader.choice("loop", kLoops, 1));
  spec.speed = reader.number("speed", 1, 0, true);
  spec.think_scale = reader.number("think_scale", 1, 0);
  spec.service = reader.law("service");
  if (auto synthetic = reader.table("synthetic")) {
    spec.synthetic = read_synthetic(*synthetic, spec.loop);
  }
  if (spec.trace.empty() == !spec.synthetic) {
    reader.fail(reader.raw(), "[workload] needs either trace = \"FILE\" or [workload.synthetic]");
  }
  reader.finish();
  return spec;
}

NodeSpec read_database(TableReader reader, const std::string& name) {
  NodeSpec node;
  node.name = name;
  node.role = static_cast<Role>(
      reader.choice("role", kRoles, static_cast<std::size_t>(implied_role(name))));
  const toml::node* workers = reader.find("workers");
  if (workers != nullptr && workers->value<std::int64_t>() == 0) {
    reader.fail(*workers, fmt::format("database '{}' has workers = 0 and could never answer; give "
                                      "it at least 1",
                                      name));
  }
  node.workers = static_cast<std::uint32_t>(reader.integer("workers", node.workers, 1, 1'000'000));
  node.speed = reader.number("speed", node.speed, 0, true);
  node.queue_limit = static_cast<std::uint32_t>(reader.integer("queue_limit", 0, 0, UINT32_MAX));
  node.round_trip_ns = reader.duration("round_trip", 0);
  node.weight = reader.number("weight", 1, 0);
  node.discipline = static_cast<Discipline>(reader.choice("discipline", kDisciplines, 0));
  reader.finish();
  return node;
}

// A duration or a law.
Law read_delay(TableReader& reader, std::string_view key) {
  const toml::node* node = reader.find(key);
  if (node == nullptr) return {};
  if (node->is_table()) return *reader.law(key);
  return Law::constant(static_cast<double>(reader.duration(key, 0)));
}

ReplicationSpec read_replication(TableReader reader) {
  ReplicationSpec spec;
  spec.mode = static_cast<ReplicationMode>(reader.choice("mode", kReplicationModes, 0));
  spec.order = static_cast<ReplicationOrder>(reader.choice("order", kReplicationOrders, 0));
  spec.acks = static_cast<std::uint32_t>(reader.integer("acks", 1, 1, kMaxNodes));
  spec.delay = read_delay(reader, "delay");
  spec.ack_delay = read_delay(reader, "ack_delay");
  spec.apply_workers = static_cast<std::uint32_t>(reader.integer("apply_workers", 1, 1, 1'000'000));
  if (auto law = reader.law("apply_service")) spec.apply_service = std::move(*law);
  spec.apply_share = reader.number("apply_share", 0, 0);
  spec.apply_competes = reader.boolean("apply_competes", true);
  spec.observe_every_ns = reader.duration("observe_every", 0);
  if (spec.observe_every_ns > 0 && spec.observe_every_ns < 100 * kMicrosecond) {
    reader.fail(*reader.find("observe_every"),
                "replication.observe_every must be at least 100us, or 0us for positions that are "
                "always exact");
  }
  reader.finish();
  return spec;
}

RunSpec read_run(TableReader reader) {
  RunSpec spec;
  const toml::node* warmup = reader.find("warmup");
  if (warmup != nullptr && warmup->value_exact<std::string>() == "auto") {
    spec.warmup_ns.reset();
  } else {
    spec.warmup_ns = reader.duration("warmup", 0);
  }
  if (const toml::node* until = reader.find("measure_until")) {
    spec.measure_until_ns = reader.duration("measure_until", 0);
    if (spec.measure_until_ns <= spec.warmup_ns.value_or(0)) {
      reader.fail(*until, "run.measure_until must be later than the warm-up");
    }
  }
  spec.replications = static_cast<std::uint32_t>(reader.integer("replications", 1, 1, 100'000));
  spec.timeout_ns = reader.duration("timeout", 0);
  spec.retries = static_cast<std::uint8_t>(reader.integer("retries", 0, 0, 100));
  spec.retry_after_ns = reader.duration("retry_after", 0);
  spec.threads = static_cast<std::uint32_t>(reader.integer("threads", 0, 0, 4096));
  reader.finish();
  return spec;
}

void validate_candidate(const Candidate& candidate, const Scenario& scenario,
                        std::set<std::string>& names, const std::atomic<bool>* stop = nullptr) {
  if (!names.insert(candidate.name).second) {
    throw InputError(
        fmt::format("two candidates are named '{}'; give each a name of its own", candidate.name));
  }
  build_chain(candidate, scenario.cluster, scenario.seed, {}, nullptr, stop).finish();
}

// validate(), telling where: at the databases, or at the candidate.
void validate_at(const Scenario& scenario, const toml::table& root,
                 const std::vector<const toml::node*>& places, TableReader& reader) {
  try {
    validate(scenario.cluster);
  } catch (const InputError& error) {
    reader.fail(*root.get("databases"), error.what());
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < scenario.candidates.size(); ++i) {
    try {
      validate_candidate(scenario.candidates[i], scenario, names);
    } catch (const InputError& error) {
      reader.fail(*places[i], error.what());
    }
  }
}

// Of the table [django], which stands for a candidate and, where the scenario names none, for the
// databases.
std::optional<DjangoSettings> read_django(TableReader& parent) {
  auto reader = parent.table("django");
  if (!reader) return std::nullopt;
  const std::string settings = reader->text("settings", "");
  if (settings.empty()) reader->fail_missing("settings", "the path of a Django settings module");
  reader->finish();
  try {
    return read_django_settings(resolve_path(settings, reader->file()));
  } catch (const InputError& error) {
    reader->fail(*reader->raw().get("settings"), error.what());
  }
}

Scenario read_scenario(const toml::table& root, const std::string& file) {
  Scenario scenario;
  TableReader reader(root, "", file);
  scenario.seed = reader.integer("seed", 1, 0, INT64_MAX);
  auto workload = reader.table("workload");
  if (!workload) reader.fail_missing("workload", "[workload] names the recording to replay");
  scenario.workload = read_workload(*workload);

  const std::optional<DjangoSettings> django = read_django(reader);
  auto databases = reader.table("databases");
  if (!databases && !django) {
    reader.fail_missing("databases", "[databases.default] and one table a database");
  }
  if (databases) {
    for (const auto& [name, node] : in_file_order(databases->raw())) {
      if (!node->is_table()) reader.fail(*node, fmt::format("databases.{} must be a table", name));
      scenario.cluster.nodes.push_back(
          read_database(TableReader(*node->as_table(), "databases." + name, file), name));
    }
  } else {
    scenario.cluster.nodes = nodes_named(django->databases);
  }
  if (auto replication = reader.table("replication")) {
    scenario.cluster.replication = read_replication(*replication);
  }
  if (const toml::node* faults = reader.find("faults")) {
    if (!faults->is_array_of_tables()) {
      reader.fail(*faults, "faults must be a list of tables; add [[faults]] for each");
    }
    for (const toml::node& node : *faults->as_array()) {
      scenario.cluster.faults.push_back(
          read_fault(TableReader(*node.as_table(), "faults", file), scenario.cluster));
    }
  }
  if (auto probes = reader.table("probes")) {
    scenario.cluster.probe_service_ns = probes->duration("service", 0);
    if (scenario.cluster.probe_service_ns > kHour) {
      probes->fail(*probes->find("service"), "probes.service must be at most 1h");
    }
    probes->finish();
  }
  if (auto failover = reader.table("failover")) {
    scenario.cluster.failover = read_failover(*failover);
  }
  const toml::node* candidates = reader.find("candidates");
  constexpr std::string_view kExample = "add [[candidates]] with routers = [\"MasterSlave\"]";
  if (candidates == nullptr && !django) reader.fail_missing("candidates", kExample);
  if (candidates != nullptr && !candidates->is_array_of_tables()) {
    reader.fail(*candidates, fmt::format("candidates must be a list of tables; {}", kExample));
  }
  std::vector<const toml::node*> places;  // where each candidate stands
  if (candidates != nullptr) {
    for (const toml::node& node : *candidates->as_array()) {
      for (Candidate& candidate :
           read_candidates(TableReader(*node.as_table(), "candidates", file))) {
        scenario.candidates.push_back(std::move(candidate));
        places.push_back(&node);
      }
    }
  }
  if (django) {
    scenario.candidates.push_back(django->candidate);
    places.push_back(root.get("django"));
  }
  if (auto run = reader.table("run")) scenario.run = read_run(*run);
  reader.finish();
  validate_at(scenario, root, places, reader);
  return scenario;
}

bool is_restauth(const RouterUse& use) {
  const std::string_view name = find_strategy(use.name).name;
  return name == "random_all" || name == "random_multi_primary";
}

}  // namespace

Role implied_role(std::string_view database) {
  const bool primary = database == "default" || database.starts_with("master");
  return primary ? Role::kPrimary : Role::kReplica;
}

Scenario parse_scenario(std::string text, const std::string& file) {
  Scenario scenario;
  try {
    scenario = read_scenario(toml::parse(text, file), file);
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    throw InputError({file, at.line, at.column}, std::string(error.description()));
  }
  scenario.file = file;
  scenario.text = std::move(text);
  return scenario;
}

Scenario load_scenario(const std::string& path) {
  return parse_scenario(read_text_file(path, "a scenario file (TOML)"), path);
}

void validate(const Scenario& scenario, const std::atomic<bool>* stop) {
  validate(scenario.workload.range);
  validate(scenario.cluster);
  const bool unanswered = std::ranges::any_of(scenario.cluster.faults, [](const FaultSpec& fault) {
    return fault.silent || (fault.kind == FaultKind::kPartition && fault.cuts_clients);
  });
  const bool waits_for_others = !scenario.cluster.faults.empty() &&
                                scenario.cluster.replication.mode != ReplicationMode::kAsync;
  if ((unanswered || waits_for_others) && scenario.run.timeout_ns == 0) {
    throw InputError(
        "a fault can leave requests without any answer, so clients have to give up some time; add "
        "timeout = \"1s\" under [run]");
  }
  if (scenario.candidates.empty()) {
    throw InputError("there is nothing to compare; add [[candidates]] or --router NAME");
  }
  std::set<std::string> names;
  for (const Candidate& candidate : scenario.candidates) {
    validate_candidate(candidate, scenario, names, stop);
  }
}

std::vector<std::string> warnings(const Scenario& scenario) {
  std::vector<std::string> list;
  if (scenario.cluster.nodes.size() == 1) {
    list.emplace_back("the cluster has one database: a router only adds its own cost");
  }
  for (const Candidate& candidate : scenario.candidates) {
    const auto restauth = std::ranges::count_if(candidate.routers, is_restauth);
    if (restauth > 0 && candidate.routers.size() > 1) {
      list.push_back(fmt::format(
          "candidate '{}' combines one of RestAuth's routers with others; their documentation asks "
          "not to: the first of the list answers every read",
          candidate.name));
    }
  }
  return list;
}

}  // namespace switchyard
