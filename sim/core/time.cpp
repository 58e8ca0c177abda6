#include "core/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace switchyard {
namespace {

struct Unit {
  std::string_view name;
  Nanoseconds ns;
};
constexpr std::array<Unit, 6> kUnits = {{{"h", kHour},
                                         {"min", 60 * kSecond},
                                         {"s", kSecond},
                                         {"ms", kMillisecond},
                                         {"us", kMicrosecond},
                                         {"ns", 1}}};

}  // namespace

std::optional<Nanoseconds> parse_duration(std::string_view text) {
  double value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
  const auto unit = std::ranges::find(
      kUnits, std::string_view(end, static_cast<std::size_t>(last - end)), &Unit::name);
  if (unit == std::end(kUnits)) return std::nullopt;
  const double ns = value * static_cast<double>(unit->ns);
  if (ns > static_cast<double>(kLongestDuration)) return std::nullopt;
  // A double has too few digits for every whole number of nanoseconds.
  Nanoseconds whole = 0;
  const auto [whole_end, whole_error] = std::from_chars(text.data(), last, whole);
  if (whole_error == std::errc() && whole_end == end) {
    return std::min(whole * unit->ns, kLongestDuration);
  }
  return std::llround(ns);
}

std::string exact_duration(Nanoseconds ns) {
  const auto unit = std::ranges::find_if(kUnits, [&](const Unit& u) { return ns % u.ns == 0; });
  return ns == 0 ? "0s" : fmt::format("{}{}", ns / unit->ns, unit->name);
}

std::string format_duration(double ns) {
  struct Step {
    double size;
    const char* unit;
  };
  static constexpr Step kSteps[] = {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}};
  // 999.5 would print as four digits, so that is where the next unit begins.
  std::size_t i = 0;
  while (i + 1 < std::size(kSteps) && std::abs(ns) / kSteps[i].size >= 999.5) ++i;
  const double value = ns / kSteps[i].size;
  const double magnitude = std::abs(value);
  const int decimals = (i == 0 && magnitude == std::floor(magnitude)) || magnitude >= 99.95 ? 0
                       : magnitude >= 9.995                                                 ? 1
                                                                                            : 2;
  return fmt::format("{:.{}f}{}", value, decimals, kSteps[i].unit);
}

}  // namespace switchyard
