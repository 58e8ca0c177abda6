#include "core/time.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace switchyard {

std::optional<Nanoseconds> parse_duration(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  double scale = 0;
  if (unit == "ns") {
    scale = 1;
  } else if (unit == "us") {
    scale = 1e3;
  } else if (unit == "ms") {
    scale = 1e6;
  } else if (unit == "s") {
    scale = 1e9;
  } else if (unit == "min") {
    scale = 60e9;
  } else if (unit == "h") {
    scale = 3600e9;
  } else {
    return std::nullopt;
  }
  const double ns = value * scale;
  if (ns > static_cast<double>(kLongestDuration)) return std::nullopt;
  return std::llround(ns);
}

std::string format_duration(double ns) {
  struct Unit {
    double size;
    const char* name;
  };
  static constexpr Unit kUnits[] = {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}};
  // 999.5 would print as four digits, so that is where the next unit begins.
  std::size_t i = 0;
  while (i + 1 < std::size(kUnits) && std::abs(ns) / kUnits[i].size >= 999.5) ++i;
  const double value = ns / kUnits[i].size;
  const double magnitude = std::abs(value);
  const int decimals = (i == 0 && magnitude == std::floor(magnitude)) || magnitude >= 99.95 ? 0
                       : magnitude >= 9.995                                                 ? 1
                                                                                            : 2;
  return fmt::format("{:.{}f}{}", value, decimals, kUnits[i].name);
}

}  // namespace switchyard
