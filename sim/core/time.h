// Virtual time: integer nanoseconds, and durations as people write them ("250us", "1.5s").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchyard {

// A point in virtual time or a duration, in nanoseconds. The range is about 292 years either way.
using Nanoseconds = std::int64_t;

inline constexpr Nanoseconds kMicrosecond = 1'000;
inline constexpr Nanoseconds kMillisecond = 1'000'000;
inline constexpr Nanoseconds kSecond = 1'000'000'000;
inline constexpr Nanoseconds kHour = 3600 * kSecond;
// Later than every event of a run.
inline constexpr Nanoseconds kNever = INT64_MAX;

// The longest duration that is accepted, a hundred years: sums of a few stay within the range.
inline constexpr Nanoseconds kLongestDuration = Nanoseconds{100} * 365 * 24 * 3600 * kSecond;
// A run whose virtual time would come near this is refused.
inline constexpr double kEndOfTime = 4e18;

// Reads a non-negative duration with a unit: ns, us, ms, s, min or h. Returns nothing on any other
// text, on a negative value and on one above kLongestDuration.
std::optional<Nanoseconds> parse_duration(std::string_view text);

// As parse_duration() reads it back to the nanosecond, in the largest unit that gives a whole
// number: "1500ms", "2min". REQUIRES 0 <= ns.
std::string exact_duration(Nanoseconds ns);

// Three significant digits and the unit that suits the size: "870ns", "1.25ms", "12.3s".
std::string format_duration(double ns);

}  // namespace switchyard
