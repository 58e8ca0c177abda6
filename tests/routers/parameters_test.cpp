#include "routers/parameters.h"

#include <array>

#include "catch.h"
#include "core/error.h"

namespace switchyard {
namespace {

constexpr std::array<std::string_view, 2> kWords = {"low", "high"};
constexpr std::array kDeclared = {
    ParameterInfo{.name = "count", .default_value = "3", .help = "", .min = 1, .max = 9},
    ParameterInfo{.name = "flag",
                  .type = ParameterInfo::Type::kBoolean,
                  .default_value = "false",
                  .help = ""},
    ParameterInfo{.name = "level",
                  .type = ParameterInfo::Type::kChoice,
                  .default_value = "low",
                  .help = "",
                  .choices = kWords},
    ParameterInfo{.name = "share",
                  .type = ParameterInfo::Type::kNumber,
                  .default_value = "0.5",
                  .help = "",
                  .lowest = 0.1,
                  .highest = 0.9},
    ParameterInfo{.name = "pause",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "5ms",
                  .help = "",
                  .shortest = kMillisecond,
                  .longest = kHour,
                  .or_zero = true},
    ParameterInfo{.name = "stay",
                  .type = ParameterInfo::Type::kDuration,
                  .default_value = "forever",
                  .help = "",
                  .endless = true},
};

std::string error_of(const ParameterTexts& given) {
  try {
    Parameters("test", kDeclared, given);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("parameters have their defaults unless given") {
  const Parameters defaults("test", kDeclared, {});
  CHECK(defaults.integer("count") == 3);
  CHECK_FALSE(defaults.boolean("flag"));
  CHECK(defaults.text("level") == "low");
  const Parameters given("test", kDeclared, {{"level", "high"}, {"flag", "true"}, {"count", "9"}});
  CHECK(given.integer("count") == 9);
  CHECK(given.boolean("flag"));
  CHECK(defaults.number("share") == 0.5);
  CHECK(Parameters("test", kDeclared, {{"share", "0.9"}}).number("share") == 0.9);
  CHECK(given.text("level") == "high");
  enum class Level { kLow, kHigh };
  CHECK(defaults.choice<Level>("level") == Level::kLow);
  CHECK(given.choice<Level>("level") == Level::kHigh);
}

TEST_CASE("a duration is refused outside its range") {
  const auto pause = [](const char* text) {
    return Parameters("test", kDeclared, {{"pause", text}}).duration("pause");
  };
  CHECK(pause("1ms") == 1'000'000);
  CHECK(pause("60min") == 3'600'000'000'000);
  CHECK(pause("0s") == 0);
  for (const char* text : {"999us", "3601s", "forever", "5"}) {
    CHECK(contains(error_of({{"pause", text}}),
                   "parameter 'pause' must be a duration from 1ms to 1h with its unit, as in "
                   "\"250ms\", or 0s, found"));
  }
  CHECK(error_of({{"stay", "0s"}}).empty());
  CHECK(contains(error_of({{"stay", "soon"}}), "or \"forever\", found 'soon'"));
}

TEST_CASE("limits are told in a few words") {
  const std::vector<std::string> expected = {
      "integer from 1 to 9",          "true | false",      "low | high", "number from 0.1 to 0.9",
      "duration from 1ms to 1h | 0s", "duration | forever"};
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(limits_of(kDeclared[i]) == expected[i]);
  CHECK(limits_of({.name = "rest", .default_value = "", .help = "", .min = 2}) == "integer from 2");
}

TEST_CASE("a wrong parameter is refused with what was expected") {
  CHECK(contains(error_of({{"count", "10"}}), "an integer from 1 to 9, found '10'"));
  CHECK(contains(error_of({{"count", "many"}}), "found 'many'"));
  CHECK(contains(error_of({{"flag", "yes"}}), "true or false"));
  CHECK(contains(error_of({{"level", "middle"}}), "one of low and high"));
  CHECK(contains(error_of({{"share", "1"}}), "a number from 0.1 to 0.9, found '1'"));
  CHECK(contains(error_of({{"share", "nan"}}), "found 'nan'"));
  CHECK(contains(error_of({{"cuont", "2"}}), "did you mean 'count'?"));
}

}  // namespace switchyard
