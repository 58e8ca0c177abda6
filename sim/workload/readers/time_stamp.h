// Time stamps as logs write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/time.h"

namespace switchyard {

struct TimeStamp {
  enum class Zone : std::uint8_t {
    kUtc,     // Z, UTC, GMT, or an offset: taken into account
    kNone,    // none is given: read as if it were UTC
    kUnclear  // an abbreviation that several zones share (CET, IST): read as if it were UTC
  };
  std::int64_t unix_ns = 0;
  Nanoseconds resolution_ns = kSecond;  // of the last digit given
  Zone zone = Zone::kNone;
  std::size_t size = 0;  // characters it takes, its zone included
};

// A date and a time at the beginning of `text`: "2026-11-22 20:50:39.922 UTC",
// "2026-11-22T20:50:39.922817Z", "2026-11-22 20:50:39,922+01:00". Nothing if there is none.
std::optional<TimeStamp> parse_time_stamp(std::string_view text);

// "Nov 22 20:50:39" at the beginning of `text`, of the given year.
std::optional<TimeStamp> parse_syslog_stamp(std::string_view text, int year);

// "261122 20:50:39" or "261122  8:50:39" at the beginning of `text`, as MySQL wrote it up to 5.6
// and MariaDB does.
std::optional<TimeStamp> parse_short_stamp(std::string_view text);

}  // namespace switchyard
