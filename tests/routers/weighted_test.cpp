// Strategies by weight, order, latency and hash, against the sequences and shares that the systems'
// own tests and rules give.
#include <map>
#include <set>

#include "catch.h"
#include "core/error.h"
#include "routers/catalogue.h"
#include "routers/moving_average.h"
#include "routers/presets.h"

namespace switchyard {
namespace {

constexpr Nanoseconds kMs = kMillisecond;

// Replicas a, b, c … with these weights, and a primary that comes last.
std::vector<NodeInfo> weighted(const std::vector<double>& weights,
                               const std::vector<Nanoseconds>& pings = {}) {
  std::vector<NodeInfo> nodes;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    nodes.push_back({std::string(1, static_cast<char>('a' + i)), Role::kReplica, weights[i],
                     pings.empty() ? 0 : pings[i]});
  }
  nodes.push_back({"default", Role::kPrimary, 1, 0});
  return nodes;
}

std::unique_ptr<Router> make(const std::string& name, const std::vector<NodeInfo>& nodes,
                             const ParameterTexts& given = {}) {
  const StrategyInfo& info = find_strategy(name);
  return info.make(
      {nodes, node_id(nodes.size() - 1), RandomStream(42, RandomPurpose::kRouter), nullptr},
      Parameters(name, info.parameters, given));
}

char letter(const Decision& decision) {
  if (decision.kind != Decision::Kind::kNode) return '-';
  return static_cast<char>('a' + index(decision.node));
}

std::string reads(Router& router, int count, const ClusterView& view = {}, Nanoseconds now = 0) {
  std::string nodes;
  for (int i = 0; i < count; ++i) nodes += letter(router.choose({}, view, now));
  return nodes;
}

void respond(Router& router, std::size_t node, Nanoseconds now, Nanoseconds latency,
             Status status = Status::kOk) {
  Response response;
  response.now_ns = now;
  response.node = node_id(node);
  response.status = status;
  response.latency_ns = latency;
  router.on_response(response);
}
void dispatch(Router& router, std::size_t node, Nanoseconds now = 0) {
  Dispatch sent;
  sent.now_ns = now;
  sent.node = node_id(node);
  router.on_dispatch(sent);
}

// States of so many replicas and the primary: those in `down` are.
std::vector<NodeState> states(std::size_t replicas, const std::set<std::size_t>& down) {
  std::vector<NodeState> list;
  for (std::size_t i = 0; i < replicas; ++i) list.push_back({!down.contains(i), Role::kReplica});
  list.push_back({true, Role::kPrimary});
  return list;
}

std::map<char, double> shares(Router& router, const ClusterView& view = {}) {
  constexpr int kReads = 100'000;
  std::map<char, double> list;
  for (const char node : reads(router, kReads, view)) list[node] += 1.0 / kReads;
  return list;
}

Outstanding outstanding_of(const std::vector<int>& counts) {
  Outstanding outstanding(counts.size() + 1);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    for (int k = 0; k < counts[i]; ++k) outstanding.add(node_id(i));
  }
  return outstanding;
}

}  // namespace

TEST_CASE("smooth_wrr: nginx's own example, and others by its rule") {
  CHECK(reads(*make("smooth_wrr", weighted({5, 1, 1})), 14) == "aabacaaaabacaa");
  CHECK(reads(*make("smooth_wrr", weighted({5, 1})), 6) == "aaabaa");
  CHECK(reads(*make("smooth_wrr", weighted({4, 2, 1})), 7) == "abacaba");
}

TEST_CASE("smooth_wrr: with the last winning ties, PgDog's own tests") {
  const auto pgdog = [](const std::vector<double>& weights, int count) {
    return reads(*make("smooth_wrr", weighted(weights), {{"tie", "last"}}), count);
  };
  CHECK(pgdog({5, 1}, 6) == "aabaaa");
  CHECK(pgdog({1, 1}, 4) == "baba");
  CHECK(pgdog({0, 10}, 20) == std::string(20, 'b'));
  CHECK(std::ranges::count(pgdog({3, 1}, 40), 'a') == 30);
}

TEST_CASE("smooth_wrr: a failure costs weight, which comes back, and too many a rest") {
  const auto router = make("smooth_wrr", weighted({4, 4}), {{"max_fails", "2"}});
  CHECK(reads(*router, 2) == "ab");
  respond(*router, 0, 0, 0, Status::kError);
  // Effective weights 2 and 4, then 3 and 4, then 4 again: (2,4) b (2,-2); (5,2) a (-2,2); (2,6) b.
  CHECK(reads(*router, 3) == "bab");
  respond(*router, 0, 0, 0, Status::kError);
  CHECK(reads(*router, 5) == "bbbbb");
  // One try after fail_timeout, and no other until that has an outcome.
  const std::string later = reads(*router, 8, {}, 10 * kSecond + 1);
  CHECK(std::ranges::count(later, 'a') == 1);
  respond(*router, 0, 10 * kSecond + 2, 1);
  CHECK(std::ranges::count(reads(*router, 40, {}, 10 * kSecond + 3), 'a') >= 18);
}

TEST_CASE("smooth_wrr wants whole weights, not all of them 0") {
  CHECK_THROWS_AS(make("smooth_wrr", weighted({1.5, 1})), InputError);
  auto nodes = weighted({0, 0});
  nodes.back().weight = 0;
  CHECK_THROWS_AS(make("smooth_wrr", nodes), InputError);
}

TEST_CASE("weighted_random: shares by weight, never weight 0") {
  auto list = shares(*make("weighted_random", weighted({1, 3, 0})));
  CHECK(list['a'] == Approx(0.25).margin(0.0055));
  CHECK(list['b'] == Approx(0.75).margin(0.0055));
  CHECK(list['c'] == 0);
}

TEST_CASE("weighted_random: full nodes are left out (ProxySQL), and reads rejected when all are") {
  Outstanding full = outstanding_of({0, 0, 5});
  const ClusterView view{.outstanding = &full};
  auto list =
      shares(*make("weighted_random", weighted({1, 1, 8}), {{"max_connections", "5"}}), view);
  CHECK(list['a'] == Approx(0.5).margin(0.0064));
  CHECK(list['c'] == 0);
  Outstanding all = outstanding_of({5, 5, 5});
  CHECK(reads(*make("weighted_random", weighted({1, 1, 8}), {{"max_connections", "5"}}), 2,
              {.outstanding = &all}) == "--");
}

TEST_CASE("weighted_random: ProxySQL's latency awareness") {
  const auto nodes_left = [](const std::vector<Nanoseconds>& pings_us) {
    std::vector<Nanoseconds> pings;
    for (const Nanoseconds ping : pings_us) pings.push_back(ping * kMicrosecond);
    const auto router =
        make("weighted_random", weighted(std::vector<double>(pings.size(), 1), pings),
             {{"latency_aware_min", "3"}});
    const std::string chosen = reads(*router, 200);
    return std::set<char>(chosen.begin(), chosen.end());
  };
  CHECK(nodes_left({1000, 2000, 9000}) == std::set<char>{'a', 'b'});
  // The integer mean is 3000.
  CHECK(nodes_left({3000, 3001, 3001}) == std::set<char>{'a'});
  CHECK(nodes_left({0, 3001, 9000}).size() == 3);
  CHECK(nodes_left({1000, 9000}).size() == 2);
  // And its limit, which is strict.
  const auto limited =
      make("weighted_random", weighted({1, 1}, {5 * kMs, 10 * kMs}), {{"max_ping", "10ms"}});
  CHECK(reads(*limited, 50) == std::string(50, 'a'));
}

TEST_CASE("ordered: first-available comes back, next-available never (MySQL Router)") {
  const auto sequence = [](const char* mode) {
    const auto router = make("ordered", weighted({1, 1, 1}), {{"mode", mode}});
    std::string chosen = reads(*router, 2);
    const auto with_down = [&](const std::set<std::size_t>& down) {
      router->on_topology(states(3, down), 0);
      chosen += reads(*router, 1);
    };
    with_down({0, 1});
    with_down({0, 1, 2});
    with_down({1, 2});
    return chosen;
  };
  // With all replicas down it is the primary's turn (d), after which next-available has none left.
  CHECK(sequence("first_available") == "aacda");
  CHECK(sequence("next_available") == "aacd-");
}

TEST_CASE("the moving average of MaxScale's adaptive routing") {
  MovingAverage average(0);
  const std::vector<std::tuple<double, std::int64_t, double>> adds = {
      {10, 10, 10}, {10, 10, 10}, {20, 10, 12.15}, {2, 10, 10.5598}};
  for (const auto& [value, samples, expected] : adds) {
    average.add(value, samples);
    CHECK(average.value() == Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("finish_time: average times requests, the first in order among equals (MaxScale)") {
  const auto router = make("finish_time", weighted({1, 1, 1}), {{"median_of", "1"}});
  const std::vector<std::pair<Nanoseconds, int>> nodes = {
      {10 * kMs, 3}, {15 * kMs, 1}, {29 * kMs, 0}};
  for (std::size_t i = 0; i < 3; ++i) {
    dispatch(*router, i);
    respond(*router, i, 0, nodes[i].first);
  }
  router->on_timer(250 * kMs);
  // 40, 30 and 29 ms.
  for (std::size_t i = 0; i < 3; ++i) {
    for (int k = 0; k < nodes[i].second; ++k) dispatch(*router, i);
  }
  CHECK(reads(*router, 1) == "c");
  dispatch(*router, 2);
  CHECK(reads(*router, 1) == "b");
}

TEST_CASE(
    "finish_time: nine reads make a median, eight none, and a new node gets all until a sync") {
  const auto router = make("finish_time", weighted({1, 1}, {7 * kMs, 5 * kMs}));
  const auto answer = [&](std::size_t node, const std::vector<Nanoseconds>& ms) {
    for (const Nanoseconds latency : ms) {
      dispatch(*router, node);
      respond(*router, node, 0, latency * kMs);
    }
  };
  // Both averages are 0 at the start: the first in order.
  CHECK(reads(*router, 3) == "aaa");
  answer(0, {1, 1, 1, 1, 5, 9, 9, 9, 100});
  // Eight: dropped at the sync, which takes the ping of 5 ms instead; 5 ms each, so the first.
  answer(1, {1, 1, 1, 1, 1, 1, 1, 1});
  CHECK(reads(*router, 1) == "a");
  router->on_timer(250 * kMs);
  CHECK(reads(*router, 1) == "a");
  dispatch(*router, 0);
  CHECK(reads(*router, 1) == "b");
  CHECK(router->next_timer() == 500 * kMs);
}

TEST_CASE("peak_ewma: a peak is taken at once and decays by tau") {
  // Costs show in choices: against a node of known cost.
  const auto costs_less = [](Nanoseconds other_latency, Nanoseconds now, auto&& tell) {
    const auto router = make("peak_ewma", weighted({1, 1}), {{"default_latency", "1ns"}});
    tell(*router);
    dispatch(*router, 1, now);
    respond(*router, 1, now, other_latency);
    return reads(*router, 1, {}, now) == "a";
  };
  const auto peak_then_fast = [](Router& router) {
    dispatch(router, 0, 0);
    respond(router, 0, 0, 100 * kMs);
    dispatch(router, 0, 0);
    respond(router, 0, kSecond, 10 * kMs);
  };
  // 91.435 ms at 1 s.
  CHECK(costs_less(91'436'000, kSecond, peak_then_fast));
  CHECK_FALSE(costs_less(91'434'000, kSecond, peak_then_fast));
  const auto idle = [](Router& router) {
    dispatch(router, 0, 0);
    respond(router, 0, 0, 100 * kMs);
  };
  // 36.788 ms after 10 s.
  CHECK(costs_less(36'789'000, 10 * kSecond, idle));
  CHECK_FALSE(costs_less(36'787'000, 10 * kSecond, idle));
}

TEST_CASE("peak_ewma: the sequence that is computed for tau 10 s") {
  const auto router = make("peak_ewma", weighted({1, 1}), {{"default_latency", "1ns"}});
  for (const auto& [seconds, latency_ms] : std::vector<std::pair<Nanoseconds, Nanoseconds>>{
           {0, 100}, {1, 50}, {2, 300}, {4, 20}, {9, 20}}) {
    dispatch(*router, 0, seconds * kSecond);
    respond(*router, 0, seconds * kSecond, latency_ms * kMs);
  }
  const auto against = [&](Nanoseconds latency) {
    dispatch(*router, 1, 9 * kSecond);
    respond(*router, 1, 9 * kSecond, latency);
    return reads(*router, 1, {}, 9 * kSecond);
  };
  CHECK(against(159'043'885) == "b");
  CHECK(against(159'043'887) == "a");
}

TEST_CASE("peak_ewma: pending requests multiply the cost (tower's compound decay)") {
  const auto router =
      make("peak_ewma", weighted({1, 1}), {{"default_latency", "20ms"}, {"tau", "1s"}});
  dispatch(*router, 0, 100 * kMs);
  // 20 ms decayed for 0.1 s: 18.1; twice that with one pending.
  const auto against = [&](Nanoseconds latency, Nanoseconds now) {
    dispatch(*router, 1, now);
    respond(*router, 1, now, latency);
    return reads(*router, 1, {}, now);
  };
  CHECK(against(36'190'000, 100 * kMs) == "b");
  CHECK(against(36'200'000, 100 * kMs) == "a");
}

TEST_CASE("peak_ewma: a node that was never heard of gets one request until it answers (Finagle)") {
  const auto router = make("peak_ewma", weighted({1, 1}), {{"cold", "probe"}});
  dispatch(*router, 1);
  respond(*router, 1, 0, 5 * kMs);
  std::string chosen;
  for (int i = 0; i < 100; ++i) {
    const Decision decision = router->choose({}, {}, i * kMs);
    chosen += letter(decision);
    dispatch(*router, index(decision.node), i * kMs);
    if (decision.node == NodeId{1}) respond(*router, 1, i * kMs, 5 * kMs);
  }
  CHECK(std::ranges::count(chosen, 'a') == 1);
}

TEST_CASE("peak_ewma: without a penalty fast errors look fast, with one they don't") {
  const auto chosen = [](const char* penalty) {
    const auto router = make("peak_ewma", weighted({1, 1}),
                             {{"failure_penalty", penalty}, {"default_latency", "1ms"}});
    dispatch(*router, 0);
    respond(*router, 0, 5 * kSecond, 1000, Status::kError);
    dispatch(*router, 1);
    respond(*router, 1, 5 * kSecond, 3 * kMs);
    return reads(*router, 1, {}, 5 * kSecond);
  };
  CHECK(chosen("0s") == "a");
  CHECK(chosen("5s") == "b");
}

TEST_CASE("bounded_hash: a key keeps to its node, and few keys move when one is lost") {
  const auto router = make("bounded_hash", weighted({1, 1, 1, 1}));
  const auto owners = [&] {
    std::string nodes;
    for (std::uint32_t key = 0; key < 1000; ++key) {
      Query query;
      query.key = static_cast<KeyId>(key);
      nodes += letter(router->choose(query, {}, 0));
    }
    return nodes;
  };
  const std::string before = owners();
  CHECK(owners() == before);
  for (const char node : {'a', 'b', 'c', 'd'}) {
    CHECK(std::ranges::count(before, node) > 150);
  }
  router->on_topology(states(4, {2}), 0);
  const std::string after = owners();
  for (std::size_t key = 0; key < before.size(); ++key) {
    const bool moved_from_lost = before[key] == 'c' ? after[key] != 'c' : after[key] == before[key];
    CHECK(moved_from_lost);
  }
}

TEST_CASE("bounded_hash: HAProxy's slots") {
  // With so many requests under way on each node, whether each still takes one.
  const auto open = [](const std::vector<double>& weights, const std::vector<int>& busy,
                       const char* factor) {
    Outstanding outstanding = outstanding_of(busy);
    const auto router = make("bounded_hash", weighted(weights), {{"factor", factor}});
    std::set<char> nodes;
    for (std::uint32_t key = 0; key < 500; ++key) {
      Query query;
      query.key = static_cast<KeyId>(key);
      nodes.insert(letter(router->choose(query, {.outstanding = &outstanding}, 0)));
    }
    return std::string(nodes.begin(), nodes.end());
  };
  // Nine in flight, 150 %: 15 slots, 5 each.
  CHECK(open({1, 1, 1}, {4, 5, 0}, "150") == "ac");
  CHECK(open({1, 1, 1}, {5, 4, 0}, "150") == "bc");
  // Ten: 17 slots, 5, 6 and 6.
  CHECK(open({1, 1, 1}, {5, 5, 0}, "150") == "bc");
  CHECK(open({1, 1, 1}, {4, 6, 0}, "150") == "ac");
  // None: one each.
  CHECK(open({1, 1, 1}, {0, 0, 0}, "150") == "abc");
  // Weights 2 and 1, 125 %, seven: 10 slots, 6 and 4.
  CHECK(open({2, 1}, {5, 2}, "125") == "ab");
  CHECK(open({2, 1}, {6, 1}, "125") == "b");
  CHECK(open({2, 1}, {3, 4}, "125") == "a");
  // No factor: never full.
  CHECK(open({1, 1}, {1000, 0}, "0") == "ab");
  CHECK_THROWS_AS(make("bounded_hash", weighted({1, 1}), {{"factor", "100"}}), InputError);
}

TEST_CASE("every preset is a strategy or guard with parameters that it has") {
  std::set<std::string_view> names;
  for (const Preset& preset : presets()) {
    INFO(preset.name);
    CHECK(names.insert(preset.name).second);
    CHECK(preset.name.find('.') != std::string_view::npos);
    const bool is_guard = std::ranges::any_of(
        guards(), [&](const StrategyInfo* info) { return info->name == preset.strategy; });
    const StrategyInfo& info = is_guard ? find_guard(preset.name) : find_strategy(preset.name);
    CHECK(info.name == preset.strategy);
    const Parameters parameters = parameters_of(preset.name, info, {});
    for (const auto& [key, value] : preset.parameters) CHECK(parameters.text(key) == value);
  }
  const StrategyInfo& info = find_guard("rails.database_selector");
  CHECK(parameters_of("rails.database_selector", info, {{"duration", "3s"}}).duration("duration") ==
        3 * kSecond);
  CHECK_THROWS_AS(find_strategy("maxscale.least_curent_operations"), InputError);
}

}  // namespace switchyard
