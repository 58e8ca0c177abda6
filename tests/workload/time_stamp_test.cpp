#include "workload/readers/time_stamp.h"

#include <string>

#include "catch.h"

namespace switchyard {
namespace {

// date -u -d '2026-11-22 20:50:39' +%s
constexpr std::int64_t kUnix = 1'795'380'639;

TEST_CASE("Stamps are read with their fractions and zones") {
  using Zone = TimeStamp::Zone;
  struct Case {
    const char* text;
    std::int64_t unix_ns;
    Nanoseconds resolution_ns;
    Zone zone;
    std::size_t rest;  // characters left
  };
  for (const Case& c :
       {Case{"2026-11-22 20:50:39.922 UTC", kUnix * kSecond + 922 * kMillisecond, kMillisecond,
             Zone::kUtc, 0},
        {"2026-11-22 20:50:39 GMT [7]", kUnix * kSecond, kSecond, Zone::kUtc, 4},
        {"2026-11-22T20:50:39.922817Z", kUnix * kSecond + 922'817'000, kMicrosecond, Zone::kUtc, 0},
        {"2026-11-22T20:50:39.922817+05:30 x", (kUnix - 19'800) * kSecond + 922'817'000,
         kMicrosecond, Zone::kUtc, 2},
        {"2026-11-22 20:50:39-0330", (kUnix + 12'600) * kSecond, kSecond, Zone::kUtc, 0},
        {"2026-11-22 20:50:39 +02", (kUnix - 7'200) * kSecond, kSecond, Zone::kUtc, 0},
        {"2026-11-22 20:50:39,922 10489", kUnix * kSecond + 922 * kMillisecond, kMillisecond,
         Zone::kNone, 6},
        {"2026-11-22 20:50:39 CEST", kUnix * kSecond, kSecond, Zone::kUnclear, 0},
        {"2026-11-22 20:50:39 EST5EDT", kUnix * kSecond, kSecond, Zone::kUnclear, 0},
        {"2026-11-22 20:50:39 DEBUG", kUnix * kSecond, kSecond, Zone::kNone, 6},
        {"2026-11-22 20:50:39 query", kUnix * kSecond, kSecond, Zone::kNone, 6},
        {"2026-11-22 20:50:39.", kUnix * kSecond, kSecond, Zone::kNone, 1},
        {"2026-11-22  8:50:39", kUnix * kSecond - 12 * kHour, kSecond, Zone::kNone, 0},
        {"2026-11-22 20:50:39.1234567891", kUnix * kSecond + 123'456'789, 1, Zone::kNone, 0}}) {
    CAPTURE(c.text);
    const auto stamp = parse_time_stamp(c.text);
    REQUIRE(stamp);
    CHECK(stamp->unix_ns == c.unix_ns);
    CHECK(stamp->resolution_ns == c.resolution_ns);
    CHECK(stamp->zone == c.zone);
    CHECK(std::string_view(c.text).size() - stamp->size == c.rest);
  }
}

TEST_CASE("What is no date or time of day is no stamp") {
  for (const char* text :
       {"", "2026", "2026-11-22", "2026-13-22 20:50:39", "2026-02-30 20:50:39",
        "2026-11-22 24:50:39", "2026-11-22 20:60:39", "2026-11-22x20:50:39", "0000-11-22 20:50:39",
        "9999-11-22 20:50:39", "2026-11-22 20:5", "-026-11-22 20:50:39"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time_stamp(text));
  }
}

TEST_CASE("Stamps of syslog take the year that is given") {
  const auto stamp = parse_syslog_stamp("Nov 22 20:50:39 host", 2026);
  REQUIRE(stamp);
  CHECK(stamp->unix_ns == kUnix * kSecond);
  CHECK(stamp->size == 15);
  const auto padded = parse_syslog_stamp("Nov  2 20:50:39 host", 2026);
  REQUIRE(padded);
  CHECK(padded->unix_ns == (kUnix - 20 * 86'400) * kSecond);
  CHECK_FALSE(parse_syslog_stamp("Nox 22 20:50:39", 2026));
  CHECK_FALSE(parse_syslog_stamp("Feb 29 20:50:39", 2026));
  CHECK(parse_syslog_stamp("Feb 29 20:50:39", 2024));
}

TEST_CASE("Short stamps have two digits of the year and a padded hour") {
  const auto stamp = parse_short_stamp("261122 20:50:39");
  REQUIRE(stamp);
  CHECK(stamp->unix_ns == kUnix * kSecond);
  const auto padded = parse_short_stamp("261122  8:50:39 rest");
  REQUIRE(padded);
  CHECK(padded->unix_ns == kUnix * kSecond - 12 * kHour);
  CHECK(padded->size == 15);
  CHECK_FALSE(parse_short_stamp("26112 20:50:39"));
}

}  // namespace
}  // namespace switchyard
