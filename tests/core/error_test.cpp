#include "core/error.h"

#include <array>

#include "catch.h"

namespace switchyard {
namespace {

TEST_CASE("An input error names the file, the line and the column as far as they are known") {
  CHECK(std::string(InputError({"a.csv", 3, 4}, "wrong").what()) == "a.csv:3:4: wrong");
  CHECK(std::string(InputError({"a.csv", 3}, "wrong").what()) == "a.csv:3: wrong");
  CHECK(std::string(InputError({"a.csv"}, "wrong").what()) == "a.csv: wrong");
  // A column without a line says nothing.
  CHECK(std::string(InputError({"a.csv", 0, 4}, "wrong").what()) == "a.csv: wrong");
  CHECK(std::string(InputError("wrong").what()) == "wrong");
}

TEST_CASE("A misspelt name finds the nearest candidate") {
  const std::array<std::string_view, 4> names = {"requests", "arrivals", "read_share", "sessions"};
  CHECK(nearest_name("reqests", names) == "requests");      // a letter lost
  CHECK(nearest_name("arrivalls", names) == "arrivals");    // a letter too many
  CHECK(nearest_name("sassions", names) == "sessions");     // a letter changed
  CHECK(nearest_name("readshare", names) == "read_share");  // an underscore lost
  CHECK(nearest_name("requests", names) == "requests");
}

TEST_CASE("Capitals do not count when names are compared") {
  const std::array<std::string_view, 2> names = {"primary", "replica"};
  CHECK(nearest_name("PRIMARY", names) == "primary");
  CHECK(nearest_name("Replcia", names) == "replica");
}

TEST_CASE("No name is suggested when none is near enough") {
  const std::array<std::string_view, 2> names = {"requests", "arrivals"};
  CHECK(nearest_name("colour", names).empty());
  CHECK(nearest_name("requests", {}).empty());
  CHECK(did_you_mean("colour", names).empty());
}

TEST_CASE("Of several candidates the one with fewest changes is suggested") {
  const std::array<std::string_view, 3> names = {"mean_busy", "mean_rate", "mean"};
  CHECK(nearest_name("mean_rat", names) == "mean_rate");
  CHECK(nearest_name("mea", names) == "mean");
}

TEST_CASE("The allowed number of changes grows with the length of the name") {
  // Twelve letters allow four changes, three letters two.
  const std::array<std::string_view, 1> longer = {"abcdefghijkl"};
  CHECK(nearest_name("abcdefghXXXX", longer) == "abcdefghijkl");
  CHECK(nearest_name("abcdefgXXXXX", longer).empty());
  const std::array<std::string_view, 1> shorter = {"abc"};
  CHECK(nearest_name("aXX", shorter) == "abc");
  CHECK(nearest_name("XXX", shorter).empty());
}

TEST_CASE("A suggestion reads as the end of a message") {
  const std::array<std::string_view, 2> names = {"requests", "arrivals"};
  CHECK(did_you_mean("reqests", names) == "; did you mean 'requests'?");
}

TEST_CASE("Names are joined as in a sentence") {
  const std::array<std::string_view, 3> names = {"a", "b", "c"};
  const std::span<const std::string_view> all = names;
  CHECK(join_names(all) == "a, b and c");
  CHECK(join_names(all.first(2)) == "a and b");
  CHECK(join_names(all.first(1)) == "a");
  CHECK(join_names(all.first(0)).empty());
}

TEST_CASE("An interruption is no input error") {
  CHECK_THROWS_AS(throw Interrupted(), Interrupted);
  bool caught_as_input = false;
  try {
    throw Interrupted();
  } catch (const InputError&) {
    caught_as_input = true;
  } catch (const std::runtime_error&) {
  }
  CHECK_FALSE(caught_as_input);
}

}  // namespace
}  // namespace switchyard
