// Reads from any replica at random.
#include "routers/rig.h"

namespace switchyard::testing {

TEST_CASE("random_replica spreads over the replicas alone") {
  const auto router = make("random_replica", primary_and(3));
  const auto shares = read_shares(*router, 4);
  CHECK(shares[0] == 0);
  for (std::size_t i = 1; i < 4; ++i) {
    CHECK(shares[i] == Approx(1.0 / 3).margin(tolerance(1.0 / 3)));
  }
}

TEST_CASE("random_replica passes PgCat's own test of random balancing") {
  check_random_balancing("random_replica");
}

}  // namespace switchyard::testing
