#include "measure/read_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/text_file.h"
#include "measure/report_json_text.h"
#include "routers/catalogue.h"

namespace switchyard {
namespace {

using Json = nlohmann::ordered_json;

// An object of the report, which knows where it is for messages.
class Fields {
 public:
  Fields(const Json& json, std::string place, std::string path = {})
      : json_(json), place_(std::move(place)), path_(std::move(path)) {
    if (!json_.is_object()) fail("is no object");
  }

  bool has(const char* key) const { return json_.contains(key) && !json_[key].is_null(); }
  Fields object(const char* key) const { return {at(key), place_, joined(key)}; }
  const Json& list(const char* key) const {
    const Json& value = at(key);
    if (!value.is_array()) fail(key, "is no list");
    return value;
  }

  void read(const char* key, std::string& value) const { read_if(key, &Json::is_string, value); }
  void read(const char* key, double& value) const { read_if(key, &Json::is_number, value); }
  void read(const char* key, std::int64_t& value) const {
    read_if(key, &Json::is_number_integer, value);
  }
  void read(const char* key, std::uint64_t& value) const {
    read_if(key, &Json::is_number_unsigned, value);
  }
  void read(const char* key, std::uint32_t& value) const {
    std::uint64_t wide = 0;
    read(key, wide);
    value = static_cast<std::uint32_t>(wide);
    if (value != wide) fail(key, "is too large");
  }
  template <class T>
  void read(const char* key, std::vector<T>& values) const {
    values.clear();
    for (const Json& item : list(key)) {
      if (!is<T>(item)) fail(key, "holds what does not belong there");
      values.push_back(item.get<T>());
    }
  }

  [[noreturn]] void fail(const char* key, std::string_view what) const {
    throw InputError(
        fmt::format("{}: {} {}; give a report as 'switchyard compare --json' writes it", place_,
                    joined(key), what));
  }

 private:
  template <class T>
  static bool is(const Json& item) {
    if constexpr (std::is_same_v<T, std::string>) return item.is_string();
    if constexpr (std::is_same_v<T, double>) return item.is_number();
    if constexpr (std::is_same_v<T, std::int64_t>) return item.is_number_integer();
    if constexpr (std::is_same_v<T, std::uint64_t>) return item.is_number_unsigned();
  }
  std::string joined(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  }
  [[noreturn]] void fail(std::string_view what) const {
    throw InputError(
        fmt::format("{}: {} {}; give a report as 'switchyard compare --json' writes it", place_,
                    path_.empty() ? "it" : path_, what));
  }
  const Json& at(const char* key) const {
    if (!json_.contains(key)) fail(key, "is missing");
    return json_[key];
  }
  template <class T>
  void read_if(const char* key, bool (Json::*is_of_kind)() const noexcept, T& value) const {
    const Json& found = at(key);
    if (!(found.*is_of_kind)()) fail(key, "is of another kind than it should be");
    value = found.get<T>();
  }

  const Json& json_;
  std::string place_;
  std::string path_;
};

LatencyFigures latency(const Fields& fields) {
  LatencyFigures f;
  fields.read("mean", f.mean);
  fields.read("p50", f.p50);
  fields.read("p90", f.p90);
  fields.read("p95", f.p95);
  fields.read("p99", f.p99);
  fields.read("p999", f.p999);
  fields.read("max", f.max);
  return f;
}

AvailabilityReport availability(const Fields& fields) {
  AvailabilityReport a;
  fields.read("share", a.share);
  fields.read("not_served", a.not_served);
  fields.read("outages", a.outages);
  fields.read("outage_ns", a.outage_ns);
  fields.read("longest_outage_ns", a.longest_outage_ns);
  return a;
}

NodeReport node(const Fields& fields) {
  NodeReport n;
  fields.read("name", n.name);
  std::string role;
  fields.read("role", role);
  if (role != "primary" && role != "replica") fields.fail("role", "is no role of a database");
  n.role = role == "primary" ? Role::kPrimary : Role::kReplica;
  fields.read("reads", n.reads);
  fields.read("writes", n.writes);
  fields.read("control", n.control);
  fields.read("applies", n.applies);
  fields.read("utilisation", n.utilisation);
  fields.read("mean_queue", n.mean_queue);
  fields.read("max_queue", n.max_queue);
  fields.read("errors", n.errors);
  fields.read("mean_apply_lag_ns", n.mean_apply_lag_ns);
  fields.read("max_apply_lag_ns", n.max_apply_lag_ns);
  return n;
}

StalenessReport staleness(const Fields& fields) {
  StalenessReport s;
  fields.read("reads_checked", s.reads_checked);
  fields.read("stale_reads", s.stale_reads);
  s.stale_age = latency(fields.object("stale_age_ns"));
  s.stale_versions = latency(fields.object("stale_versions"));
  fields.read("read_your_writes_violations", s.read_your_writes_violations);
  fields.read("monotonic_read_violations", s.monotonic_read_violations);
  return s;
}

ConflictReport conflicts(const Fields& fields) {
  ConflictReport c;
  // Of keys: null where the recording names none.
  const auto read_if_known = [&](const char* key, std::uint64_t& value) {
    if (fields.has(key)) fields.read(key, value);
  };
  read_if_known("write_conflicts", c.write_conflicts);
  read_if_known("conflicting_pairs", c.conflicting_pairs);
  read_if_known("conflicting_writes", c.conflicting_writes);
  read_if_known("lost_updates", c.lost_updates);
  fields.read("split_transactions", c.split_transactions);
  fields.read("left_transactions", c.left_transactions);
  fields.read("lost_acknowledged_writes", c.lost_acknowledged_writes);
  return c;
}

DistributionReport distribution(const Fields& fields) {
  DistributionReport d;
  fields.read("max_over_mean", d.max_over_mean);
  fields.read("jain", d.jain);
  fields.read("chi_square", d.chi_square);
  fields.read("chi_square_p", d.chi_square_p);
  fields.read("primary_read_share", d.primary_read_share);
  return d;
}

OverheadReport overhead(const Fields& fields) {
  OverheadReport o;
  const Fields decision = fields.object("decision_ns");
  decision.read("mean", o.mean_ns);
  decision.read("p50", o.p50_ns);
  decision.read("p99", o.p99_ns);
  fields.read("share_of_mean_latency", o.share_of_mean_latency);
  fields.read("simulation_ns_per_request", o.simulation_ns_per_request);
  return o;
}

std::vector<CurvePoint> curve(const Fields& fields) {
  std::vector<double> shares;
  std::vector<std::int64_t> times;
  fields.read("share", shares);
  fields.read("ns", times);
  if (shares.size() != times.size()) fields.fail("ns", "is not as long as share");
  std::vector<CurvePoint> points;
  for (std::size_t i = 0; i < shares.size(); ++i) points.push_back({shares[i], times[i]});
  const auto rises = [&](auto key) { return std::ranges::is_sorted(points, {}, key); };
  if (!rises(&CurvePoint::share) || !rises(&CurvePoint::ns)) fields.fail("share", "does not rise");
  return points;
}

void read_series(const Fields& fields, CandidateReport& c) {
  fields.read("bucket_ns", c.bucket_ns);
  std::vector<std::uint64_t> arrivals;
  std::vector<std::int64_t> p50;
  std::vector<std::int64_t> p99;
  fields.read("arrivals", arrivals);
  fields.read("latency_p50_ns", p50);
  fields.read("latency_p99_ns", p99);
  std::vector<std::uint64_t> stale(arrivals.size());
  if (fields.has("stale_reads")) fields.read("stale_reads", stale);
  c.series.resize(arrivals.size());
  const auto check = [&](const char* key, std::size_t length) {
    if (length != c.series.size()) fields.fail(key, "is not as long as arrivals");
  };
  check("latency_p50_ns", p50.size());
  check("latency_p99_ns", p99.size());
  check("stale_reads", stale.size());
  for (std::size_t i = 0; i < c.series.size(); ++i) {
    c.series[i].arrivals = arrivals[i];
    c.series[i].latency_p50_ns = p50[i];
    c.series[i].latency_p99_ns = p99[i];
    c.series[i].stale_reads = stale[i];
  }
  const Fields queues = fields.object("queue_per_node");
  const Fields lags = fields.object("lag_ns_per_node");
  for (const NodeReport& one : c.nodes) {
    std::vector<double> queue;
    std::vector<std::int64_t> lag;
    queues.read(one.name.c_str(), queue);
    lags.read(one.name.c_str(), lag);
    check("queue_per_node", queue.size());
    check("lag_ns_per_node", lag.size());
    for (std::size_t i = 0; i < c.series.size(); ++i) {
      c.series[i].queue_per_node.push_back(queue[i]);
      c.series[i].lag_ns_per_node.push_back(lag[i]);
    }
  }
}

void read_intervals(const Json& json, const Fields& fields, CandidateReport& c) {
  fields.read("level", c.interval_level);
  for (const auto& [path, bounds] : json.items()) {
    if (path == "level") continue;
    std::vector<double> both;
    fields.read(path.c_str(), both);
    if (both.size() != 2) fields.fail(path.c_str(), "is no pair of numbers");
    c.intervals.emplace_back(path, std::pair(both[0], both[1]));
  }
}

// "d_choices(d=3)" is one of d_choices. What this version does not know is taken for none.
bool is_bound(const std::string& router) {
  try {
    return find_strategy(router.substr(0, router.find('('))).is_bound;
  } catch (const InputError&) {
    return false;
  }
}

CandidateReport candidate(const Json& json, const std::string& place) {
  CandidateReport c;
  Fields(json, place).read("name", c.name);
  const Fields fields(json, fmt::format("{} ('{}')", place, c.name));
  fields.read("routers", c.routers);
  fields.read("guards", c.guards);
  fields.read("instances", c.instances);
  fields.read("swept", c.swept);
  c.is_bound = std::ranges::any_of(c.routers, is_bound);
  fields.read("fingerprint", c.fingerprint);
  fields.read("completed", c.completed);
  fields.read("failed", c.failed);
  fields.read("timed_out", c.timed_out);
  fields.read("rejected", c.rejected);
  fields.read("retries", c.retries);
  fields.read("probes", c.probes);
  c.reads = availability(fields.object("availability").object("reads"));
  c.writes = availability(fields.object("availability").object("writes"));
  c.latency = latency(fields.object("latency_ns"));
  c.read_latency = latency(fields.object("read_latency_ns"));
  c.write_latency = latency(fields.object("write_latency_ns"));
  c.wait = latency(fields.object("wait_ns"));
  const Fields parts = fields.object("mean_parts_ns");
  parts.read("held", c.mean_held_ns);
  parts.read("router", c.mean_router_ns);
  parts.read("service", c.mean_service_ns);
  parts.read("acks", c.mean_acks_ns);
  parts.read("wire", c.mean_wire_ns);
  fields.read("throughput_per_s", c.throughput_per_s);
  for (const Json& item : fields.list("nodes")) {
    c.nodes.push_back(node({item, fmt::format("{} ('{}')", place, c.name), "nodes"}));
  }
  c.distribution = distribution(fields.object("distribution"));
  if (fields.has("staleness")) c.staleness = staleness(fields.object("staleness"));
  c.conflicts = conflicts(fields.object("conflicts"));
  if (fields.has("overhead")) c.overhead = overhead(fields.object("overhead"));
  if (fields.has("latency_curve")) c.latency_curve = curve(fields.object("latency_curve"));
  if (fields.has("time_series")) read_series(fields.object("time_series"), c);
  if (fields.has("intervals")) read_intervals(json["intervals"], fields.object("intervals"), c);
  return c;
}

}  // namespace

Report parse_full_report(std::string_view text, const std::string& file) {
  const Json json = parse_report_json(text, file);
  Report report;
  const Fields fields(json["switchyard"], file, "switchyard");
  fields.read("version", report.version);
  fields.read("seed", report.seed);
  fields.read("loop", report.loop);
  fields.read("trace", report.trace);
  fields.read("trace_sha256", report.trace_sha256);
  fields.read("scenario_sha256", report.scenario_sha256);
  fields.read("requests", report.requests);
  fields.read("span_ns", report.span_ns);
  fields.read("replications", report.replications);
  fields.read("warmup_ns", report.warmup_ns);
  if (fields.has("measure_until_ns")) fields.read("measure_until_ns", report.measure_until_ns);
  fields.read("notes", report.notes);
  for (const Json& item : json["candidates"]) {
    CandidateReport read =
        candidate(item, fmt::format("{}: candidate {}", file, report.candidates.size() + 1));
    if (std::ranges::find(report.candidates, read.name, &CandidateReport::name) !=
        report.candidates.end()) {
      throw InputError(fmt::format("{}: two candidates are named '{}'", file, read.name));
    }
    report.candidates.push_back(std::move(read));
  }
  return report;
}

Report read_report(const std::string& path) {
  return parse_full_report(read_text_file(path, "a report (JSON)"), path);
}

}  // namespace switchyard
