#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "measure/report_writers.h"

namespace switchyard {
namespace {

using Json = nlohmann::ordered_json;

Json latency_json(const LatencyFigures& f) {
  return {{"mean", f.mean}, {"p50", f.p50},   {"p90", f.p90}, {"p95", f.p95},
          {"p99", f.p99},   {"p999", f.p999}, {"max", f.max}};
}

Json shares_json(const CandidateReport& candidate, std::uint64_t NodeReport::*count) {
  double total = 0;
  for (const NodeReport& node : candidate.nodes) total += static_cast<double>(node.*count);
  Json shares = Json::object();
  for (const NodeReport& node : candidate.nodes) {
    shares[node.name] = total == 0 ? 0.0 : static_cast<double>(node.*count) / total;
  }
  return shares;
}

Json nodes_json(const CandidateReport& candidate) {
  Json nodes = Json::array();
  for (const NodeReport& node : candidate.nodes) {
    nodes.push_back({{"name", node.name},
                     {"role", node.role == Role::kPrimary ? "primary" : "replica"},
                     {"reads", node.reads},
                     {"writes", node.writes},
                     {"control", node.control},
                     {"applies", node.applies},
                     {"utilisation", node.utilisation},
                     {"mean_queue", node.mean_queue},
                     {"max_queue", node.max_queue},
                     {"errors", node.errors},
                     {"mean_apply_lag_ns", node.mean_apply_lag_ns},
                     {"max_apply_lag_ns", node.max_apply_lag_ns}});
  }
  return nodes;
}

Json curve_json(const CandidateReport& candidate) {
  Json shares = Json::array();
  Json times = Json::array();
  for (const CurvePoint& point : candidate.latency_curve) {
    shares.push_back(point.share);
    times.push_back(point.ns);
  }
  return {{"share", std::move(shares)}, {"ns", std::move(times)}};
}

Json series_json(const CandidateReport& candidate) {
  Json arrivals = Json::array();
  Json p50 = Json::array();
  Json p99 = Json::array();
  Json stale = candidate.staleness ? Json::array() : Json();
  Json queue = Json::object();
  Json lag = Json::object();
  for (const NodeReport& node : candidate.nodes) {
    queue[node.name] = Json::array();
    lag[node.name] = Json::array();
  }
  for (const SeriesPoint& point : candidate.series) {
    arrivals.push_back(point.arrivals);
    p50.push_back(point.latency_p50_ns);
    p99.push_back(point.latency_p99_ns);
    if (candidate.staleness) stale.push_back(point.stale_reads);
    for (std::size_t i = 0; i < candidate.nodes.size(); ++i) {
      queue[candidate.nodes[i].name].push_back(point.queue_per_node[i]);
      lag[candidate.nodes[i].name].push_back(point.lag_ns_per_node[i]);
    }
  }
  // Without keys nothing is known of staleness: null says so, where 0 would claim freshness.
  return {{"bucket_ns", candidate.bucket_ns},   {"arrivals", std::move(arrivals)},
          {"latency_p50_ns", std::move(p50)},   {"latency_p99_ns", std::move(p99)},
          {"queue_per_node", std::move(queue)}, {"lag_ns_per_node", std::move(lag)},
          {"stale_reads", std::move(stale)}};
}

Json staleness_json(const CandidateReport& candidate) {
  if (!candidate.staleness) return nullptr;
  const StalenessReport& s = *candidate.staleness;
  return {{"reads_checked", s.reads_checked},
          {"stale_reads", s.stale_reads},
          {"stale_age_ns", latency_json(s.stale_age)},
          {"stale_versions", latency_json(s.stale_versions)},
          {"read_your_writes_violations", s.read_your_writes_violations},
          {"monotonic_read_violations", s.monotonic_read_violations}};
}

Json conflicts_json(const CandidateReport& candidate) {
  const ConflictReport& c = candidate.conflicts;
  const auto of_keys = [&](std::uint64_t count) {
    return candidate.staleness ? Json(count) : Json(nullptr);
  };
  return {{"write_conflicts", of_keys(c.write_conflicts)},
          {"conflicting_pairs", of_keys(c.conflicting_pairs)},
          {"conflicting_writes", of_keys(c.conflicting_writes)},
          {"lost_updates", of_keys(c.lost_updates)},
          {"split_transactions", c.split_transactions},
          {"left_transactions", c.left_transactions},
          {"lost_acknowledged_writes", c.lost_acknowledged_writes}};
}

Json availability_json(const AvailabilityReport& a) {
  return {{"share", a.share},
          {"not_served", a.not_served},
          {"outages", a.outages},
          {"outage_ns", a.outage_ns},
          {"longest_outage_ns", a.longest_outage_ns}};
}

Json candidate_json(const CandidateReport& c) {
  Json json = {
      {"name", c.name},
      {"routers", c.routers},
      {"guards", c.guards},
      {"instances", c.instances},
      {"swept", c.swept},
      {"fingerprint", c.fingerprint},
      {"completed", c.completed},
      {"failed", c.failed},
      {"timed_out", c.timed_out},
      {"rejected", c.rejected},
      {"retries", c.retries},
      {"probes", c.probes},
      {"availability",
       {{"reads", availability_json(c.reads)}, {"writes", availability_json(c.writes)}}},
      {"latency_ns", latency_json(c.latency)},
      {"read_latency_ns", latency_json(c.read_latency)},
      {"write_latency_ns", latency_json(c.write_latency)},
      {"wait_ns", latency_json(c.wait)},
      {"mean_parts_ns",
       {{"held", c.mean_held_ns},
        {"router", c.mean_router_ns},
        {"queue", c.wait.mean},
        {"service", c.mean_service_ns},
        {"acks", c.mean_acks_ns},
        {"wire", c.mean_wire_ns}}},
      {"throughput_per_s", c.throughput_per_s},
      {"nodes", nodes_json(c)},
      {"distribution",
       {{"read_share", shares_json(c, &NodeReport::reads)},
        {"write_share", shares_json(c, &NodeReport::writes)},
        {"max_over_mean", c.distribution.max_over_mean},
        {"jain", c.distribution.jain},
        {"chi_square", c.distribution.chi_square},
        {"chi_square_p", c.distribution.chi_square_p},
        {"primary_read_share", c.distribution.primary_read_share}}},
      {"staleness", staleness_json(c)},
      {"conflicts", conflicts_json(c)},
      {"overhead",
       {{"decision_ns",
         {{"mean", c.overhead.mean_ns}, {"p50", c.overhead.p50_ns}, {"p99", c.overhead.p99_ns}}},
        {"share_of_mean_latency", c.overhead.share_of_mean_latency},
        {"simulation_ns_per_request", c.overhead.simulation_ns_per_request}}},
      {"latency_curve", curve_json(c)},
      {"time_series", series_json(c)},
  };
  if (!c.intervals.empty()) {
    Json intervals = {{"level", c.interval_level}};
    for (const auto& [metric, bounds] : c.intervals) {
      intervals[metric] = {bounds.first, bounds.second};
    }
    json["intervals"] = std::move(intervals);
  }
  return json;
}

Json report_json(const Report& report) {
  Json candidates = Json::array();
  for (const CandidateReport& candidate : report.candidates) {
    candidates.push_back(candidate_json(candidate));
  }
  Json manifest = {{"version", report.version},
                   {"seed", report.seed},
                   {"loop", report.loop},
                   {"trace", report.trace},
                   {"trace_sha256", report.trace_sha256},
                   {"scenario_sha256", report.scenario_sha256},
                   {"requests", report.requests},
                   {"span_ns", report.span_ns},
                   {"replications", report.replications},
                   {"warmup_ns", report.warmup_ns}};
  if (report.measure_until_ns != kNever) manifest["measure_until_ns"] = report.measure_until_ns;
  manifest["notes"] = report.notes;
  return {{"switchyard", std::move(manifest)}, {"candidates", std::move(candidates)}};
}

// What holds nothing nested takes one line, so that a changed line says of what it is.
void append_in_short_lines(const Json& json, std::size_t depth, std::string& text) {
  const bool nested =
      std::ranges::any_of(json, [](const Json& item) { return item.is_structured(); });
  if (!json.is_structured() || !nested) {
    text += json.dump(-1, ' ', false, Json::error_handler_t::replace);
    return;
  }
  text += json.is_object() ? '{' : '[';
  bool first = true;
  for (const auto& [key, item] : json.items()) {
    text += first ? "\n" : ",\n";
    text.append(depth + 1, ' ');
    if (json.is_object()) {
      text += Json(key).dump(-1, ' ', false, Json::error_handler_t::replace) + ": ";
    }
    append_in_short_lines(item, depth + 1, text);
    first = false;
  }
  text += '\n';
  text.append(depth, ' ');
  text += json.is_object() ? '}' : ']';
}

}  // namespace

std::string to_evidence_json(const Report& report) {
  Json candidates = Json::array();
  for (const CandidateReport& candidate : report.candidates) {
    Json cases = Json::array();
    for (const EvidenceReport& e : candidate.evidence) {
      cases.push_back({{"kind", e.kind},
                       {"request", e.request},
                       {"session", e.session},
                       {"key", e.key},
                       {"node", e.node},
                       {"at_ns", e.at_ns},
                       {"missing",
                        {{"request", e.other_request},
                         {"session", e.other_session},
                         {"node", e.other_node},
                         {"committed_ns", e.at_ns - e.lag_ns}}},
                       {"lag_ns", e.lag_ns}});
    }
    candidates.push_back({{"name", candidate.name}, {"evidence", std::move(cases)}});
  }
  const Json json = {{"switchyard",
                      {{"version", report.version},
                       {"seed", report.seed},
                       {"trace", report.trace},
                       {"trace_sha256", report.trace_sha256},
                       {"scenario_sha256", report.scenario_sha256}}},
                     {"candidates", std::move(candidates)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_json(const Report& report) {
  return report_json(report).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_baseline_json(const Report& report) {
  Json json = report_json(report);
  for (Json& candidate : json["candidates"]) {
    candidate.erase("overhead");
    candidate.erase("latency_curve");
    candidate.erase("time_series");
  }
  std::string text;
  append_in_short_lines(json, 0, text);
  return text + '\n';
}

}  // namespace switchyard
