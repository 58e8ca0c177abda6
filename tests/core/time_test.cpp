#include "core/time.h"

#include <cmath>
#include <random>

#include "catch.h"

namespace switchyard {
namespace {

TEST_CASE("Every unit of a duration has its length") {
  CHECK(parse_duration("1ns") == 1);
  CHECK(parse_duration("1us") == 1'000);
  CHECK(parse_duration("1ms") == 1'000'000);
  CHECK(parse_duration("1s") == 1'000'000'000);
  CHECK(parse_duration("1min") == 60'000'000'000);
  CHECK(parse_duration("1h") == 3'600'000'000'000);
  CHECK(kMicrosecond == 1'000);
  CHECK(kMillisecond == 1'000'000);
  CHECK(kSecond == 1'000'000'000);
}

TEST_CASE("A duration may have a fraction or an exponent and is rounded to nanoseconds") {
  CHECK(parse_duration("1.5s") == 1'500'000'000);
  CHECK(parse_duration("250us") == 250'000);
  CHECK(parse_duration("0.25us") == 250);
  CHECK(parse_duration("1e3ms") == 1'000'000'000);
  CHECK(parse_duration("0.5min") == 30'000'000'000);
  CHECK(parse_duration("0.4ns") == 0);
  CHECK(parse_duration("0.6ns") == 1);
  CHECK(parse_duration("1.0000000004s") == 1'000'000'000);
}

TEST_CASE("An exact duration is a whole number of its largest unit and is read back the same") {
  CHECK(exact_duration(0) == "0s");
  CHECK(exact_duration(1) == "1ns");
  CHECK(exact_duration(1'500) == "1500ns");
  CHECK(exact_duration(300 * kMicrosecond) == "300us");
  CHECK(exact_duration(1'500 * kMillisecond) == "1500ms");
  CHECK(exact_duration(90 * kSecond) == "90s");
  CHECK(exact_duration(120 * kSecond) == "2min");
  CHECK(exact_duration(36 * kHour) == "36h");
  // Beyond what a double can tell apart.
  CHECK(parse_duration("9007199254740993ns") == 9'007'199'254'740'993);
  CHECK(parse_duration(exact_duration(kLongestDuration)) == kLongestDuration);
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const auto ns = static_cast<Nanoseconds>(random() >> (random() % 63)) % kLongestDuration;
    const Nanoseconds value = ns < 0 ? -ns : ns;
    CHECK(parse_duration(exact_duration(value)) == value);
  }
}

TEST_CASE("Zero is a duration in any unit") {
  for (const char* text : {"0ns", "0us", "0ms", "0s", "0min", "0h", "0.0s"}) {
    CHECK(parse_duration(text) == 0);
  }
}

TEST_CASE("Text that is no duration is refused") {
  for (const char* text :
       {"",    "s",    "5",      "5 s", " 5s",    "5s ",          "5S",    "5sec",
        "5m",  "-5s",  "-0.1ns", "+5s", "1.2.3s", "inf s",        "infs",  "nans",
        "nan", "1,5s", "0x10s",  "s5",  "5ss",    "five seconds", "1e400s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("A duration beyond the range is refused, and one just within it is read") {
  CHECK_FALSE(parse_duration("1e19ns").has_value());
  CHECK_FALSE(parse_duration("9223372036854775808ns").has_value());
  CHECK_FALSE(parse_duration("3000000h").has_value());
  // A hundred years of 365 days, and an hour more.
  CHECK(parse_duration("876000h") == kLongestDuration);
  CHECK_FALSE(parse_duration("876001h").has_value());
}

TEST_CASE("A whole number of nanoseconds that a double holds is read exactly") {
  std::mt19937_64 random(11);
  for (int i = 0; i < 1000; ++i) {
    const auto ns = static_cast<Nanoseconds>(random() >> (11 + random() % 40));
    CHECK(parse_duration(std::to_string(ns) + "ns") == ns);
  }
  // Odd numbers above 2^52, where adding a half rounds to even.
  CHECK(parse_duration("4503599627370497ns") == 4'503'599'627'370'497);
  CHECK(parse_duration("9007199254740991ns") == 9'007'199'254'740'991);
}

TEST_CASE("A duration is shown with three digits and the unit of its size") {
  CHECK(format_duration(0) == "0ns");
  CHECK(format_duration(1) == "1ns");
  CHECK(format_duration(870) == "870ns");
  CHECK(format_duration(1'000) == "1.00us");
  CHECK(format_duration(1'250'000) == "1.25ms");
  CHECK(format_duration(12'340'000'000) == "12.3s");
  CHECK(format_duration(123'000'000) == "123ms");
  CHECK(format_duration(2'000'000'000) == "2.00s");
  CHECK(format_duration(3600e9) == "3600s");
}

TEST_CASE("A part of a nanosecond is shown, a whole number has no decimals") {
  CHECK(format_duration(0.5) == "0.50ns");
  CHECK(format_duration(7) == "7ns");
  CHECK(format_duration(42.5) == "42.5ns");
  CHECK(format_duration(420.25) == "420ns");
}

TEST_CASE("Rounding never shows four digits below the next unit") {
  CHECK(format_duration(999) == "999ns");
  CHECK(format_duration(999.4) == "999ns");
  CHECK(format_duration(999.6) == "1.00us");
  CHECK(format_duration(999'600) == "1.00ms");
  CHECK(format_duration(999'400) == "999us");
  CHECK(format_duration(9'996) == "10.0us");
  CHECK(format_duration(99'960) == "100us");
  CHECK(format_duration(99'940) == "99.9us");
}

TEST_CASE("A negative difference keeps its sign") {
  CHECK(format_duration(-1'250'000) == "-1.25ms");
  CHECK(format_duration(-3) == "-3ns");
}

TEST_CASE("Reading back what is shown gives the time within its three digits") {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> exponent(0, 12);
  for (int i = 0; i < 1000; ++i) {
    const double ns = std::floor(std::pow(10.0, exponent(random)));
    const auto again = parse_duration(format_duration(ns));
    CAPTURE(ns);
    REQUIRE(again.has_value());
    CHECK(std::abs(static_cast<double>(*again) - ns) <= 0.0051 * ns);
  }
}

}  // namespace
}  // namespace switchyard
