#include "scenario/edit_candidate.h"

#include "catch.h"
#include "core/error.h"
#include "scenario/default_scenario.h"
#include "scenario/law_text.h"

namespace switchyard {
namespace {

std::string error_of(Candidate candidate, std::size_t place, std::string_view parameter,
                     const std::optional<std::string>& value) {
  const Candidate before = candidate;
  try {
    set_parameter(candidate, place, parameter, value, {});
  } catch (const InputError& error) {
    CHECK(candidate == before);
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a candidate called after its router is called after its parameters, too") {
  Candidate candidate = candidate_for("d_choices");
  set_parameter(candidate, 0, "d", "3", {});
  CHECK(candidate.name == "d_choices:d=3");
  set_parameter(candidate, 0, "tie", "random", {});
  CHECK(candidate.name == "d_choices:d=3,tie=random");
  CHECK(router_option(candidate) == "d_choices:d=3,tie=random");
  set_parameter(candidate, 0, "d", std::nullopt, {});
  set_parameter(candidate, 0, "tie", std::nullopt, {});
  CHECK(candidate == candidate_for("d_choices"));
}

TEST_CASE("a candidate keeps a name of its own") {
  Candidate candidate = candidate_for("d_choices");
  candidate.name = "mine";
  set_parameter(candidate, 0, "d", "3", {});
  CHECK(candidate.name == "mine");
  CHECK(candidate.routers[0].parameters == ParameterTexts{{"d", "3"}});
}

TEST_CASE(
    "a candidate called after its library is so without the folder, and any parameter is set") {
  Candidate candidate = candidate_for("some/where/mine.so");
  candidate.name = "mine.so";
  set_parameter(candidate, 0, "limit", "3", {});
  CHECK(candidate.name == "mine.so:limit=3");
  CHECK(router_option(candidate) == "some/where/mine.so:limit=3");
  set_parameter(candidate, 0, "limit", "4", {});
  set_parameter(candidate, 0, "pin", "none", {});
  CHECK(candidate.name == "mine.so:limit=4,pin=none");
  CHECK(contains(error_of(candidate, 0, "pin", "often"), "'pin' must be one of"));
}

TEST_CASE("a swept value in a name follows the parameter") {
  Candidate candidate = candidate_for("sticky_primary");
  candidate.routers = {{"round_robin", {}}};
  candidate.guards = {{"sticky_primary", {{"duration", "2s"}}}};
  candidate.name = "mine duration=2s";
  candidate.swept = "duration=2s";
  Candidate other = candidate;
  set_parameter(other, 1, "duration", "5s", {});
  CHECK(other.name == "mine duration=5s");
  CHECK(other.swept.empty());
  candidate.name = "round_robin + sticky_primary duration=2s";
  set_parameter(candidate, 1, "duration", "5s", {});
  CHECK(candidate.name == "round_robin + sticky_primary:duration=5s");
  CHECK_FALSE(router_option(candidate));
}

TEST_CASE("guards are put behind those that there are, and taken away, and the name tells so") {
  Candidate candidate = candidate_for("round_robin");
  add_guard(candidate, "sticky_primary", {});
  CHECK(candidate.name == "round_robin + sticky_primary");
  add_guard(candidate, "lag_bounded", {});
  CHECK(candidate.name == "round_robin + sticky_primary + lag_bounded");
  CHECK(candidate.guards == std::vector<RouterUse>{{"sticky_primary", {}}, {"lag_bounded", {}}});
  set_parameter(candidate, 1, "duration", "5s", {});
  remove_guard(candidate, 2, {});
  CHECK(candidate.name == "round_robin + sticky_primary:duration=5s");
  const std::vector<Candidate> others = {candidate_for("round_robin")};
  remove_guard(candidate, 1, others);
  CHECK(candidate.name == "round_robin (2)");
  CHECK(candidate.guards.empty());
}

TEST_CASE(
    "a candidate with a name of its own keeps it behind a guard, and what is no guard is refused") {
  Candidate candidate = candidate_for("round_robin");
  candidate.name = "mine";
  add_guard(candidate, "causal", {});
  CHECK(candidate.name == "mine");
  const Candidate before = candidate;
  CHECK_THROWS_AS(add_guard(candidate, "least_outstanding", {}), InputError);
  CHECK_THROWS_AS(add_guard(candidate, "nonesuch", {}), InputError);
  CHECK(candidate == before);
}

TEST_CASE("a variant has a name that no other has") {
  std::vector<Candidate> all = {candidate_for("d_choices"), candidate_for("c3")};
  all.push_back(variant_of(all[0], all));
  CHECK(all.back().name == "d_choices (2)");
  all.push_back(variant_of(all.back(), all));
  CHECK(all.back().name == "d_choices (3)");
  set_parameter(all[2], 0, "d", "3", all);
  CHECK(all[2].name == "d_choices:d=3");
  set_parameter(all[3], 0, "d", "3", all);
  CHECK(all[3].name == "d_choices:d=3 (2)");
}

TEST_CASE("a parameter out of limits or unknown is refused and changes nothing") {
  const Candidate candidate = candidate_for("d_choices");
  CHECK(contains(error_of(candidate, 0, "d", "0"), "an integer from 1 to 64, found '0'"));
  CHECK(contains(error_of(candidate, 0, "dd", "2"), "has no parameter 'dd'"));
  CHECK(contains(error_of(candidate, 0, "dd", std::nullopt), "has no parameter 'dd'"));
}

TEST_CASE("The option --router can't say guards, instances and values with its own separators") {
  Candidate candidate = candidate_for("random_multi_primary");
  candidate.routers.push_back({"MasterSlave", {}});
  CHECK(router_option(candidate) == "random_multi_primary+MasterSlave");
  candidate.routers[0].parameters = {{"prefix", "a,b"}};
  CHECK_FALSE(router_option(candidate));
  candidate.routers[0].parameters = {{"prefix", "a+b"}};
  CHECK_FALSE(router_option(candidate));
  candidate.routers[0].parameters.clear();
  candidate.instances = 2;
  CHECK_FALSE(router_option(candidate));
}

TEST_CASE("a law is typed as a time, by its name or as in a scenario") {
  CHECK(parse_law("5ms") == Law::constant(5e6));
  CHECK(parse_law("exponential mean=5ms") == Law::exponential(5e6));
  CHECK(parse_law("{ law = \"uniform\", min = \"1us\", max = \"2us\" }") == Law::uniform(1e3, 2e3));
  for (const Law& law :
       {Law::constant(7), Law::exponential(1e6), Law::lognormal(4e6, 1.5), Law::erlang(1e6, 3),
        Law::hyperexponential(1e6, 2), Law::uniform(0, 5), Law::pareto(1e6, 1.5),
        Law::weibull(1e6, 0.7), Law::discrete({1e6, 2e6}, {1, 3}), Law::empirical({1e6, 3e6})}) {
    CHECK(parse_law(short_text(law)) == law);
  }
  CHECK(short_text(Law::lognormal(4e6, 1.5)) == "lognormal mean=4ms cv=1.5");
}

TEST_CASE("what is no law is refused with what was expected") {
  const auto refusal = [](const char* text) {
    try {
      parse_law(text);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(contains(refusal("5"), "a time with its unit"));
  CHECK(contains(refusal(""), "a time with its unit"));
  CHECK(contains(refusal("exponental mean=5ms"), "exponential"));
  CHECK(contains(refusal("exponential 5ms"), "key=value"));
  CHECK(contains(refusal("exponential"), "mean"));
  CHECK(contains(refusal("lognormal mean=5ms cv=0"), "cv"));
  CHECK(contains(refusal("{ law = "), "is no law"));
  CHECK_FALSE(refusal("lognormal mean=5ms cv=0").starts_with("law:"));
}

}  // namespace switchyard
