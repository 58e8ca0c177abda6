#include "scenario/write_scenario.h"

#include <fmt/format.h>

#include <cstdlib>

#include "scenario/table_writer.h"
#include "scenario/vocabulary.h"
#include "scenario/write_candidates.h"

namespace switchyard {
namespace {

std::string offset_text(Nanoseconds offset_ns) {
  const Nanoseconds minutes = std::abs(offset_ns) / (60 * kSecond);
  return fmt::format("{}{:02}:{:02}", offset_ns < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void write_import(TableWriter& table, const ImportOptions& import) {
  const ImportOptions usual;
  table.texts("write_functions", import.functions.writing);
  table.texts("read_functions", import.functions.reading);
  table.boolean("strict", import.strict, usual.strict);
  table.boolean("partial", import.partial, usual.partial);
  if (import.hash_keys) table.put("hash_keys", toml_text(*import.hash_keys));
  table.text("log_line_prefix", import.log_line_prefix, usual.log_line_prefix);
  if (import.utc_offset_ns) {
    table.put("utc_offset", toml_text(offset_text(*import.utc_offset_ns)));
  }
  if (import.year) table.put("year", std::to_string(*import.year));
  if (import.read_share) table.put("read_share", toml_number(*import.read_share));
  if (import.sessions) table.put("sessions", toml_integer(*import.sessions));
  table.text("columns", import.columns, usual.columns);
  std::vector<std::string> scripts;
  for (const auto& [number, op] : import.pgbench_scripts) {
    scripts.push_back(fmt::format("{}={}", number, letter_of(op)));
  }
  table.texts("pgbench_scripts", scripts);
}

std::string arrivals_text(const ArrivalLaw& law, const std::string& file) {
  TableWriter table(file);
  table.put("law", toml_text(kArrivalLaws[static_cast<std::size_t>(law.kind)]));
  if (law.kind == ArrivalLaw::Kind::kMmpp) {
    std::vector<std::string> rates;
    for (const double rate : law.rates) rates.push_back(toml_number(rate));
    table.put("rates", toml_list(rates));
    table.put("mean_durations", toml_times(law.mean_durations_ns));
  } else {
    table.put("rate", toml_number(law.rate));
  }
  if (law.kind == ArrivalLaw::Kind::kBatch) table.number("mean_size", law.mean_batch_size, 1);
  return table.in_line();
}

std::string keys_text(const KeyLaw& law, const std::string& file) {
  TableWriter table(file);
  table.put("law", toml_text(kKeyLaws[law.exponent == 0 ? 0 : 1]));
  table.put("count", toml_integer(law.count));
  if (law.exponent != 0) table.put("exponent", toml_number(law.exponent));
  return table.in_line();
}

std::string synthetic_text(const SyntheticWorkload& workload, LoopMode loop,
                           const std::string& file) {
  const SyntheticWorkload usual = default_synthetic();
  TableWriter table(file);
  table.integer("requests", workload.requests, usual.requests);
  table.integer("sessions", workload.sessions, usual.sessions);
  table.number("read_share", workload.read_share, usual.read_share);
  table.law("read_service", workload.read_service, usual.read_service);
  table.law("write_service", workload.write_service, usual.write_service);
  if (loop != LoopMode::kClosed || workload.arrivals != usual.arrivals) {
    table.put("arrivals", arrivals_text(workload.arrivals, file));
  }
  if (workload.think && loop == LoopMode::kClosed) {
    table.law("think", *workload.think, std::nullopt);
  }
  if (workload.keys) table.put("keys", keys_text(*workload.keys, file));
  return "[workload.synthetic]\n" + table.lines();
}

std::string workload_text(const WorkloadSpec& spec, const std::string& file) {
  const WorkloadSpec usual;
  TableWriter table(file);
  table.text("trace", written_path(spec.trace, file), usual.trace);
  table.text("format", spec.import.format, usual.import.format);
  table.duration("from", spec.range.from_ns, usual.range.from_ns);
  table.duration("to", spec.range.to_ns, usual.range.to_ns);
  table.choice("loop", kLoops, spec.loop, usual.loop);
  table.number("speed", spec.speed, usual.speed);
  table.number("think_scale", spec.think_scale, usual.think_scale);
  if (spec.service) table.law("service", *spec.service, std::nullopt);
  write_import(table, spec.import);
  std::string text;
  if (!table.empty()) text = "[workload]\n" + table.lines();
  if (spec.synthetic) text += synthetic_text(*spec.synthetic, spec.loop, file);
  return text;
}

std::string database_text(const NodeSpec& node, const std::string& file) {
  const NodeSpec usual;
  TableWriter table(file);
  table.choice("role", kRoles, node.role, implied_role(node.name));
  table.integer("workers", node.workers, usual.workers);
  table.number("speed", node.speed, usual.speed);
  table.integer("queue_limit", node.queue_limit, usual.queue_limit);
  table.duration("round_trip", node.round_trip_ns, usual.round_trip_ns);
  table.number("weight", node.weight, usual.weight);
  table.choice("discipline", kDisciplines, node.discipline, usual.discipline);
  return fmt::format("[databases.{}]\n{}", toml_key(node.name), table.lines());
}

TableWriter replication_table(const ReplicationSpec& spec, const std::string& file) {
  const ReplicationSpec usual;
  TableWriter table(file);
  table.choice("mode", kReplicationModes, spec.mode, usual.mode);
  table.integer("acks", spec.acks, usual.acks);
  table.choice("order", kReplicationOrders, spec.order, usual.order);
  table.law("delay", spec.delay, usual.delay);
  table.law("ack_delay", spec.ack_delay, usual.ack_delay);
  table.integer("apply_workers", spec.apply_workers, usual.apply_workers);
  table.law("apply_service", spec.apply_service, usual.apply_service);
  table.number("apply_share", spec.apply_share, usual.apply_share);
  table.boolean("apply_competes", spec.apply_competes, usual.apply_competes);
  table.duration("observe_every", spec.observe_every_ns, usual.observe_every_ns);
  return table;
}

std::string fault_text(const FaultSpec& fault, const ClusterSpec& cluster,
                       const std::string& file) {
  const FaultSpec usual;
  TableWriter table(file);
  table.put("kind", toml_text(kFaultKinds[static_cast<std::size_t>(fault.kind)]));
  std::vector<std::string> names;
  for (const NodeId node : fault.nodes) names.push_back(cluster.nodes[index(node)].name);
  if (names.size() == 1) {
    table.put("node", toml_text(names.front()));
  } else {
    table.texts("nodes", names);
  }
  if (fault.kind == FaultKind::kSlow) table.put("factor", toml_number(fault.factor));
  if (fault.kind == FaultKind::kDelayReplication) {
    table.put("delay", toml_text(exact_duration(fault.delay_ns)));
  }
  if (fault.kind == FaultKind::kDown) table.boolean("silent", fault.silent, usual.silent);
  if (fault.kind == FaultKind::kPartition) {
    table.boolean("cuts_clients", fault.cuts_clients, usual.cuts_clients);
  }
  table.put("at", toml_text(exact_duration(fault.at_ns)));
  table.duration("lasts", fault.lasts_ns, usual.lasts_ns);
  table.integer("times", fault.times, usual.times);
  table.duration("every", fault.every_ns, usual.every_ns);
  return "[[faults]]\n" + table.lines();
}

TableWriter failover_table(const FailoverSpec& spec, const std::string& file) {
  const FailoverSpec usual;
  TableWriter table(file);
  table.duration("detect_after", spec.detect_after_ns, usual.detect_after_ns);
  table.duration("promote_after", spec.promote_after_ns, usual.promote_after_ns);
  return table;
}

TableWriter run_table(const RunSpec& spec, const std::string& file) {
  const RunSpec usual;
  TableWriter table(file);
  if (spec.warmup_ns) {
    table.duration("warmup", *spec.warmup_ns, *usual.warmup_ns);
  } else {
    table.put("warmup", toml_text("auto"));
  }
  table.duration("measure_until", spec.measure_until_ns, usual.measure_until_ns);
  table.integer("replications", spec.replications, usual.replications);
  table.duration("timeout", spec.timeout_ns, usual.timeout_ns);
  table.integer("retries", spec.retries, usual.retries);
  table.duration("retry_after", spec.retry_after_ns, usual.retry_after_ns);
  table.integer("threads", spec.threads, usual.threads);
  return table;
}

}  // namespace

std::string to_toml(const Scenario& scenario, const std::string& file) {
  std::string text;
  // A blank line before each part that there is.
  const auto add = [&](const std::string& part) {
    if (!part.empty()) text += (text.empty() ? "" : "\n") + part;
  };
  const auto add_table = [&](std::string_view name, const TableWriter& table) {
    if (!table.empty()) add(fmt::format("[{}]\n{}", name, table.lines()));
  };
  TableWriter top(file);
  top.integer("seed", scenario.seed, Scenario().seed);
  add(top.lines());
  add(workload_text(scenario.workload, file));
  std::string databases;
  for (const NodeSpec& node : scenario.cluster.nodes) databases += database_text(node, file);
  add(databases);
  add_table("replication", replication_table(scenario.cluster.replication, file));
  for (const FaultSpec& fault : scenario.cluster.faults) {
    add(fault_text(fault, scenario.cluster, file));
  }
  TableWriter probes(file);
  probes.duration("service", scenario.cluster.probe_service_ns, ClusterSpec().probe_service_ns);
  add_table("probes", probes);
  add_table("failover", failover_table(scenario.cluster.failover, file));
  add(candidates_text(scenario.candidates, file));
  add_table("run", run_table(scenario.run, file));
  return text;
}

}  // namespace switchyard
