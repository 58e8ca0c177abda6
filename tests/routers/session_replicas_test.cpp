// Sessions that are connected to some of the replicas.
#include "core/error.h"
#include "routers/rig.h"

namespace switchyard::testing {
namespace {

void start(Router& router, std::uint32_t first, std::uint32_t count) {
  for (std::uint32_t i = first; i < first + count; ++i) {
    router.on_session_start(static_cast<SessionId>(i), 0);
  }
}

}  // namespace

TEST_CASE("max_slave_connections: a session reads from so many replicas at most (MaxScale)") {
  Outstanding idle(4);
  const ClusterView view = {.outstanding = &idle};
  const auto connected_to = [&](std::int64_t most) {
    return make("maxscale.least_current_operations", primary_and(3),
                {{"max_replicas", std::to_string(most)}});
  };
  // What a session's reads go to, of which each is the longest unused among its own.
  const auto nodes_of = [&](Router& router, std::uint32_t session, const ClusterView& seen) {
    std::set<char> nodes;
    Query query;
    query.session = static_cast<SessionId>(session);
    for (int i = 0; i < 6; ++i) nodes.insert(letter(router.choose(query, seen, 0)));
    return std::string(nodes.begin(), nodes.end());
  };
  const auto none = connected_to(0);
  start(*none, 0, 10);
  for (std::uint32_t session = 0; session < 10; ++session) {
    CHECK(nodes_of(*none, session, view) == "a");
  }
  // To the fewest connected, the first among equals: 0 b c, 1 d b, 2 c d, 3 b c.
  const auto two = connected_to(2);
  CHECK(two->wants().sessions);
  start(*two, 0, 4);
  CHECK(nodes_of(*two, 0, view) == "bc");
  CHECK(nodes_of(*two, 1, view) == "bd");
  CHECK(nodes_of(*two, 2, view) == "cd");
  CHECK(nodes_of(*two, 3, view) == "bc");
  // That leaves d with the fewest when session 3 ends and another starts: 2 each, in order.
  two->on_session_end(SessionId{3}, 0);
  start(*two, 4, 1);
  CHECK(nodes_of(*two, 4, view) == "bc");
  // Of 3, 3 and 2 connections b loses all its: 0 takes d, 1 takes c, and 2 has both.
  two->on_topology(states_of(primary_and(3), {1}), 0);
  for (std::uint32_t session = 0; session < 5; ++session) {
    if (session != 3) CHECK(nodes_of(*two, session, view) == "cd");
  }
  // None comes back to it but who connects now.
  two->on_topology(states_of(primary_and(3), {}), 0);
  CHECK(nodes_of(*two, 0, view) == "cd");
  start(*two, 5, 1);
  CHECK(nodes_of(*two, 5, view) == "bc");
  // A guard's choice costs no connection; without any of its own a session reads from the primary.
  const std::vector<std::uint8_t> only_b = {1, 1, 0, 0};
  const ClusterView narrowed = {.outstanding = &idle, .eligible = only_b.data()};
  CHECK(nodes_of(*two, 0, narrowed) == "a");
  CHECK(nodes_of(*two, 5, narrowed) == "b");
  CHECK(nodes_of(*two, 0, view) == "cd");
  // More than there are is all; the primary may read beside them.
  const auto all = make("maxscale.master_accept_reads", primary_and(3), {{"max_replicas", "255"}});
  start(*all, 0, 1);
  CHECK(nodes_of(*all, 0, view) == "abcd");
  CHECK_THROWS_AS(
      make("maxscale.least_router_connections", primary_and(3), {{"max_replicas", "1"}}),
      InputError);
}

}  // namespace switchyard::testing
