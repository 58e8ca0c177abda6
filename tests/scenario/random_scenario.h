// Scenarios made at random, of all that a scenario file can say.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "scenario/scenario.h"

namespace switchyard {

// What TOML's own grammar could take for something else.
inline const std::vector<std::string> kHostileNames = {
    "",        "a b",        " ",     "a.b",        "\"",   "'",      "a\\b",
    "\\",      "\\n",        "#x",    "a # b",      "x\ny", "\r\n",   "\t",
    "[x]",     "]]",         "a = b", "\"\"\"",     "'''",  "{",      "über",
    "データ",  "\U0001F682", "\x01",  "\x1F",       "\x7F", "\u0085", "\u2028",
    "\uFEFFx", "true",       "1",     "1979-05-27", "-",    "a,b",    std::string("a\0b", 3)};

class RandomScenario {
 public:
  explicit RandomScenario(std::uint64_t seed) : random_(seed) {}

  Scenario make() {
    Scenario s;
    if (coin()) s.seed = below(INT64_MAX);
    s.workload = workload();
    s.cluster = cluster();
    s.run = run();
    s.candidates = candidates();
    return s;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool coin() { return below(2) == 0; }
  // Of every magnitude.
  double number() {
    return std::ldexp(1 + std::ldexp(double(below(1ULL << 52)), -52), int(below(120)) - 60);
  }
  double share() { return std::ldexp(static_cast<double>(below(1ULL << 53)), -53); }
  Nanoseconds duration(Nanoseconds limit = kLongestDuration) {
    static constexpr Nanoseconds kUnits[] = {1, 1000, kMillisecond, kSecond, 60 * kSecond, kHour};
    const Nanoseconds unit = kUnits[below(6)];
    const std::uint64_t most = static_cast<std::uint64_t>(limit / unit);
    return static_cast<Nanoseconds>(below(coin() ? most : std::min<std::uint64_t>(most, 5000))) *
           unit;
  }
  double time() { return static_cast<double>(duration()); }
  double positive_time() { return std::max(1.0, time()); }
  std::string name() {
    std::string text;
    for (std::uint64_t i = 0; i < 1 + below(3); ++i)
      text += kHostileNames[below(kHostileNames.size())];
    return text;
  }
  template <class Enum>
  Enum one_of(std::uint64_t count) {
    return static_cast<Enum>(below(count));
  }

  std::vector<double> list(double (RandomScenario::*value)(), std::size_t size) {
    std::vector<double> values;
    for (std::size_t i = 0; i < size; ++i) values.push_back((this->*value)());
    return values;
  }

  Law law() {
    switch (below(10)) {
      case 0:
        return Law::constant(time());
      case 1:
        return Law::exponential(positive_time());
      case 2:
        return Law::lognormal(positive_time(), number());
      case 3:
        return Law::erlang(positive_time(), 1 + static_cast<unsigned>(below(1000)));
      case 4:
        return Law::hyperexponential(positive_time(), 1 + share());
      case 5: {
        const std::size_t size = 1 + below(4);
        return Law::discrete(list(&RandomScenario::time, size),
                             list(&RandomScenario::number, size));
      }
      case 6: {
        const double min = time();
        return Law::uniform(min, std::max(min, time()));
      }
      case 7:
        return Law::pareto(positive_time(), number());
      case 8:
        return Law::weibull(positive_time(), number());
      default:
        return Law::empirical(list(&RandomScenario::time, 1 + below(4)));
    }
  }

  ImportOptions import() {
    ImportOptions o;
    if (coin()) o.format = "pglog";
    if (coin()) o.functions.writing = {name(), name()};
    if (coin()) o.functions.reading = {name()};
    o.strict = coin();
    o.partial = coin();
    if (coin()) o.hash_keys = name();
    if (coin()) o.log_line_prefix = name();
    if (coin()) {
      o.utc_offset_ns = (static_cast<Nanoseconds>(below(2 * 14 * 60)) - 14 * 60) * 60 * kSecond;
    }
    if (coin()) o.year = 1970 + static_cast<int>(below(231));
    if (coin()) o.read_share = share();
    if (coin()) o.sessions = 1 + static_cast<std::uint32_t>(below(kManySessions));
    if (coin()) o.columns = name();
    for (std::size_t i = below(4); i-- > 0;) {
      o.pgbench_scripts[below(128)] = coin() ? Op::kRead : Op::kWrite;
    }
    return o;
  }

  WorkloadSpec workload() {
    WorkloadSpec w;
    w.import = import();
    if (coin()) w.range.from_ns = duration();
    if (coin()) w.range.to_ns = std::min(kLongestDuration, w.range.from_ns + 1 + duration());
    if (w.range.from_ns >= w.range.to_ns) w.range = {};
    if (coin()) w.service = law();
    w.loop = one_of<LoopMode>(3);
    if (coin()) w.speed = number();
    if (coin()) w.think_scale = number();
    if (coin()) {
      w.trace = "x" + name();
      return w;
    }
    SyntheticWorkload s;
    s.requests = 1 + below(4'000'000'000);
    s.sessions = 1 + static_cast<std::uint32_t>(below(100'000'000));
    s.read_share = share();
    s.read_service = law();
    s.write_service = law();
    if (coin())
      s.keys = {1 + static_cast<std::uint32_t>(below(1'000'000'000)), coin() ? number() : 0};
    if (w.loop == LoopMode::kClosed) s.think = law();
    if (w.loop != LoopMode::kClosed || coin()) {
      s.arrivals.kind = one_of<ArrivalLaw::Kind>(4);
      if (s.arrivals.kind == ArrivalLaw::Kind::kMmpp) {
        s.arrivals.rates = list(&RandomScenario::number, 3);
        s.arrivals.mean_durations_ns = list(&RandomScenario::positive_time, 3);
      } else {
        s.arrivals.rate = number();
      }
      if (s.arrivals.kind == ArrivalLaw::Kind::kBatch) s.arrivals.mean_batch_size = 1 + number();
    }
    w.synthetic = s;
    return w;
  }

  ClusterSpec cluster() {
    ClusterSpec c;
    std::set<std::string> names = {"default"};
    while (names.size() < 3) names.insert(name());
    for (const std::string& one : names) {
      NodeSpec node;
      node.name = one;
      node.role = one == "default" ? Role::kPrimary : one_of<Role>(2);
      if (coin()) node.workers = 1 + static_cast<std::uint32_t>(below(1'000'000));
      if (coin()) node.speed = number();
      if (coin()) node.queue_limit = static_cast<std::uint32_t>(below(UINT32_MAX));
      if (coin()) node.round_trip_ns = duration();
      if (coin()) node.weight = number();
      node.discipline = one_of<Discipline>(2);
      c.nodes.push_back(node);
    }
    std::ranges::shuffle(c.nodes, random_);
    ReplicationSpec& r = c.replication;
    if (coin()) r.mode = one_of<ReplicationMode>(3);
    if (coin()) r.acks = 1 + static_cast<std::uint32_t>(below(2));
    if (coin()) r.order = one_of<ReplicationOrder>(2);
    if (coin()) r.delay = law();
    if (coin()) r.ack_delay = law();
    if (coin()) r.apply_workers = 1 + static_cast<std::uint32_t>(below(1'000'000));
    if (coin()) r.apply_service = law();
    if (coin()) r.apply_share = number();
    r.apply_competes = coin();
    if (coin()) r.observe_every_ns = 100 * kMicrosecond + duration() / 2;
    if (coin()) c.probe_service_ns = duration(kHour);
    if (coin()) c.failover.detect_after_ns = duration();
    if (coin()) c.failover.promote_after_ns = duration();
    for (std::size_t i = below(4); i-- > 0;) c.faults.push_back(fault());
    return c;
  }

  FaultSpec fault() {
    FaultSpec f;
    f.kind = one_of<FaultKind>(6);
    f.nodes = {node_id(below(3))};
    if (coin()) f.nodes.push_back(node_id((index(f.nodes[0]) + 1) % 3));
    f.at_ns = duration(kLongestDuration / 4);
    if (coin()) f.lasts_ns = duration(kLongestDuration / 8);
    if (f.lasts_ns < kHour && coin()) {
      f.times = 2 + static_cast<std::uint32_t>(below(20));
      f.every_ns = f.lasts_ns + 1 + duration(kHour);
    }
    if (f.kind == FaultKind::kSlow) f.factor = 1 + share();
    if (f.kind == FaultKind::kDelayReplication) f.delay_ns = duration();
    if (f.kind == FaultKind::kDown) f.silent = coin();
    if (f.kind == FaultKind::kPartition) f.cuts_clients = coin();
    return f;
  }

  RunSpec run() {
    RunSpec r;
    if (coin()) r.warmup_ns = duration() / 2;
    if (below(4) == 0) r.warmup_ns.reset();
    if (coin()) r.measure_until_ns = r.warmup_ns.value_or(0) + 1 + duration() / 2;
    if (coin()) r.replications = 1 + static_cast<std::uint32_t>(below(100'000));
    r.timeout_ns = 1 + duration() / 2;  // some faults ask for one
    if (coin()) r.retries = static_cast<std::uint8_t>(below(101));
    if (coin()) r.retry_after_ns = duration();
    if (coin()) r.threads = static_cast<std::uint32_t>(below(4097));
    return r;
  }

  std::vector<Candidate> candidates() {
    const std::vector<RouterUse> routers = {
        {"round_robin", {}},
        {"d_choices", {{"d", std::to_string(2 + below(3))}, {"include_primary", "true"}}},
        {"random_multi_primary", {{"prefix", "x" + name()}, {"on_no_primary", "default"}}},
        {"least_outstanding", {{"tie", "first"}}}};
    const std::vector<RouterUse> guards = {
        {"sticky_primary", {{"scope", "session"}, {"duration", "3s"}}},
        {"causal", {{"timeout", "1s"}}}};
    std::vector<Candidate> all;
    for (std::size_t i = 0; i < 1 + below(4); ++i) {
      Candidate c;
      c.name = name() + std::to_string(i);
      for (std::size_t n = 1 + below(2); n-- > 0;) c.routers.push_back(routers[below(4)]);
      if (coin()) c.guards.push_back(guards[below(2)]);
      if (coin()) c.instances = 1 + static_cast<std::uint32_t>(below(kMaxInstances));
      all.push_back(c);
    }
    return all;
  }

  std::mt19937_64 random_;
};

}  // namespace switchyard
