// Consistent hashing with bounded loads, as HAProxy has it.
#include "core/error.h"
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

enum class Field { kKey, kSession, kTable };
constexpr Field kFields[] = {Field::kKey, Field::kSession, Field::kTable};
const std::map<Field, std::string> kNames = {
    {Field::kKey, "key"}, {Field::kSession, "session"}, {Field::kTable, "table"}};

// A read of key, session and table 7, but for one.
Query with(Field field, std::uint32_t value) {
  Query query;
  query.key = field == Field::kKey ? static_cast<KeyId>(value) : KeyId{7};
  query.session = field == Field::kSession ? static_cast<SessionId>(value) : SessionId{7};
  query.table = field == Field::kTable ? static_cast<TableId>(value) : TableId{7};
  return query;
}
// Where reads go that differ in this field.
std::string nodes_of(Router& router, Field field, std::uint32_t values,
                     const ClusterView& view = {}) {
  std::string nodes;
  for (std::uint32_t i = 0; i < values; ++i) {
    nodes += letter(router.choose(with(field, i), view, 0));
  }
  return nodes;
}
std::size_t distinct(const std::string& nodes) {
  return std::set<char>(nodes.begin(), nodes.end()).size();
}
// Those of so many whose bits are set.
std::set<std::size_t> members(std::size_t count, unsigned mask) {
  std::set<std::size_t> list;
  for (std::size_t i = 0; i < count; ++i) {
    if ((mask >> i & 1) != 0) list.insert(i);
  }
  return list;
}

// In which orders keys fall back from node to node as the one that has them is lost: one for each
// point on the ring, but for those that happen to agree.
std::set<std::string> fallbacks(const std::vector<double>& weights, const char* points) {
  const auto router = make("bounded_hash", weighted(weights), {{"points", points}});
  const unsigned all = (1U << weights.size()) - 1;
  std::vector<std::string> without(all);
  for (unsigned lost = 0; lost < all; ++lost) {
    router->on_topology(states(weights.size(), members(weights.size(), lost)), 0);
    without[lost] = nodes_of(*router, Field::kKey, 1000);
  }
  std::set<std::string> orders;
  for (std::size_t key = 0; key < 1000; ++key) {
    std::string order;
    for (unsigned lost = 0; lost != all; lost |= 1U << (order.back() - 'a')) {
      order += without[lost][key];
    }
    orders.insert(order);
  }
  return orders;
}

}  // namespace

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
  CHECK(open({1, 1, 1}, {0, 5, 4}, "150") == "ac");
  CHECK(open({1, 1, 1}, {0, 4, 5}, "150") == "ab");
  // Ten: 17 slots, 5, 6 and 6.
  CHECK(open({1, 1, 1}, {5, 5, 0}, "150") == "bc");
  CHECK(open({1, 1, 1}, {4, 6, 0}, "150") == "ac");
  CHECK(open({1, 1, 1}, {0, 5, 5}, "150") == "abc");
  CHECK(open({1, 1, 1}, {4, 0, 6}, "150") == "ab");
  // None: one each, as with one.
  CHECK(open({1, 1, 1}, {0, 0, 0}, "150") == "abc");
  CHECK(open({1, 1, 1}, {1, 0, 0}, "150") == "bc");
  // Weights 2 and 1, 125 %, seven: 10 slots, 6 and 4.
  CHECK(open({2, 1}, {5, 2}, "125") == "ab");
  CHECK(open({2, 1}, {6, 1}, "125") == "b");
  CHECK(open({2, 1}, {3, 4}, "125") == "a");
  CHECK(open({2, 1}, {4, 3}, "125") == "ab");
  // No factor: never full.
  CHECK(open({1, 1}, {1000, 0}, "0") == "ab");
  CHECK_THROWS_AS(make("bounded_hash", weighted({1, 1}), {{"factor", "100"}}), InputError);
}

TEST_CASE("bounded_hash: a read whose node is full goes where it would if that were lost") {
  for (const Field field : kFields) {
    const auto bounded = make("bounded_hash", weighted({1, 1, 1, 1}),
                              {{"key", kNames.at(field)}, {"factor", "101"}});
    const auto unbounded =
        make("bounded_hash", weighted({1, 1, 1, 1}), {{"key", kNames.at(field)}});
    const std::string owners = nodes_of(*unbounded, field, 1000);
    // Any of the nodes, but not all: of 101 % of all requests each may have a quarter.
    for (unsigned full = 1; full < 15; ++full) {
      std::vector<int> busy;
      for (unsigned node = 0; node < 4; ++node) busy.push_back((full >> node & 1) != 0 ? 99 : 0);
      Outstanding outstanding = outstanding_of(busy);
      const std::string spilled = nodes_of(*bounded, field, 1000, {.outstanding = &outstanding});
      unbounded->on_topology(states(4, members(4, full)), 0);
      CHECK(spilled == nodes_of(*unbounded, field, 1000));
      // The keys of each go to all that are left, not to one neighbour.
      for (const std::size_t owner : members(4, full)) {
        std::string moved;
        for (std::size_t i = 0; i < 1000; ++i) {
          if (owners[i] == static_cast<char>('a' + owner)) moved += spilled[i];
        }
        CHECK(distinct(moved) == 4 - members(4, full).size());
      }
    }
  }
}

TEST_CASE("bounded_hash: reads are told apart by key, session or table, as is said") {
  for (const Field hashed : kFields) {
    const auto router = make("bounded_hash", weighted({1, 1, 1, 1}), {{"key", kNames.at(hashed)}});
    for (const Field field : kFields) {
      CHECK(distinct(nodes_of(*router, field, 200)) == (field == hashed ? 4 : 1));
    }
  }
}

TEST_CASE("bounded_hash: a read without key or table is hashed by its session") {
  const auto by_session = make("bounded_hash", weighted({1, 1, 1, 1}), {{"key", "session"}});
  const std::string expected = nodes_of(*by_session, Field::kSession, 200);
  for (const Field hashed : {Field::kKey, Field::kTable}) {
    const auto router = make("bounded_hash", weighted({1, 1, 1, 1}), {{"key", kNames.at(hashed)}});
    std::string nodes;
    for (std::uint32_t session = 0; session < 200; ++session) {
      Query query = with(Field::kSession, session);
      query.key = kNoKey;
      query.table = kNoTable;
      nodes += letter(router->choose(query, {}, 0));
    }
    CHECK(nodes == expected);
  }
}

TEST_CASE("bounded_hash: each unit of weight has `points` points on the ring") {
  // Six points: from whichever a key starts, the nodes come in the same circle.
  const std::set<std::string> one = fallbacks({1, 1, 1, 1, 1, 1}, "1");
  CHECK(one.size() == 6);
  for (const std::string& order : one) {
    CHECK(contains(*one.begin() + *one.begin(), order));
  }
  CHECK(fallbacks({1, 1, 1, 1, 1, 1}, "2").size() == 12);
  CHECK(fallbacks({1, 1, 1, 2, 1, 1}, "1").size() == 7);
}

TEST_CASE("bounded_hash: more than a million points are refused") {
  // With the primary's weight of 1.
  CHECK(error_of("bounded_hash", weighted({98, 1}), {{"points", "10000"}}).empty());
  CHECK(contains(error_of("bounded_hash", weighted({99, 1}), {{"points", "10000"}}),
                 "more than a million points"));
}

}  // namespace switchyard::testing
