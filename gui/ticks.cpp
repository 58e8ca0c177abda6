#include "gui/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "core/time.h"

namespace switchyard::gui {
namespace {

// Marks closer than this share of the axis would run into each other.
constexpr double kLeastGap = 0.09;

std::vector<Tick> thinned(std::vector<Tick> ticks, double length) {
  std::vector<Tick> kept;
  for (Tick& tick : ticks) {
    if (kept.empty() || tick.at - kept.back().at >= kLeastGap * length) {
      kept.push_back(std::move(tick));
    }
  }
  return kept;
}

// 1, 2 or 5 times a power of ten, so that about five fit.
double round_step(double length) {
  const double raw = length / 5;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * power) return factor * power;
  }
  return 10 * power;
}

template <class TextOf>
std::vector<Tick> round_ticks(double from, double to, TextOf text_of) {
  std::vector<Tick> ticks;
  if (!(from < to)) return {{from, QString::fromStdString(text_of(from))}};
  const double step = round_step(to - from);
  for (double i = std::ceil(from / step); i * step <= to * (1 + 1e-12); ++i) {
    ticks.push_back({i * step, QString::fromStdString(text_of(i * step))});
  }
  return ticks;
}

}  // namespace

double log_coordinate(double ns) {
  return std::log10(std::max(1.0, ns));
}
double time_at(double coordinate) {
  return std::pow(10, coordinate);
}

QString exact_time_text(double ns) {
  ns = std::round(ns);
  constexpr std::array kUnits = {std::pair{1e9, "s"}, std::pair{1e6, "ms"}, std::pair{1e3, "us"}};
  for (const auto& [size, name] : kUnits) {
    if (ns >= size) return QString::fromStdString(fmt::format("{:.12g}{}", ns / size, name));
  }
  return QString::fromStdString(fmt::format("{:.0f}ns", ns));
}

std::vector<Tick> time_ticks(double from, double to) {
  const double length = to - from;
  if (!(length > 0)) return {{from, QString::fromStdString(format_duration(time_at(from)))}};
  // Less than half a decade: round steps of the time itself.
  if (length < 0.5) {
    std::vector<Tick> ticks = round_ticks(time_at(from), time_at(to), format_duration);
    for (Tick& tick : ticks) tick.at = log_coordinate(tick.at);
    return thinned(std::move(ticks), length);
  }
  const std::vector<double> factors =
      length < 3 ? std::vector<double>{1, 2, 5} : std::vector<double>{1};
  std::vector<Tick> ticks;
  for (double decade = std::floor(from); decade <= to; ++decade) {
    for (const double factor : factors) {
      const double at = decade + std::log10(factor);
      // Rounding must not cost the axis its first mark.
      if (at < from - 1e-9 || at > to + 1e-9) continue;
      ticks.push_back({at, QString::fromStdString(format_duration(std::round(time_at(at))))});
    }
  }
  return thinned(std::move(ticks), length);
}

double nines_coordinate(double share) {
  return -std::log10(1 - share);
}
double share_at(double coordinate) {
  return 1 - std::pow(10, -coordinate);
}

std::vector<Tick> nines_ticks(double from, double to) {
  std::vector<Tick> ticks;
  const auto add = [&](double share, const std::string& text) {
    const double at = nines_coordinate(share);
    if (at >= from - 1e-9 && at <= to + 1e-9) ticks.push_back({at, QString::fromStdString(text)});
  };
  add(0, "p0");
  add(0.5, "p50");
  std::string nines = "p9";
  double missing = 0.1;
  for (int count = 1; count <= 12; ++count, missing /= 10) {
    add(1 - missing, count == 1 ? "p90" : nines);
    nines += count == 1 ? "9" : count == 2 ? ".9" : "9";
  }
  return thinned(std::move(ticks), to - from);
}

std::vector<Tick> linear_time_ticks(double from_ns, double to_ns) {
  return round_ticks(from_ns, to_ns, [](double ns) { return format_duration(ns); });
}
std::vector<Tick> count_ticks(double from, double to) {
  return round_ticks(from, to, [](double value) { return fmt::format("{:.6g}", value); });
}

std::vector<Tick> share_ticks(double from, double to) {
  return round_ticks(from, to, [](double share) { return fmt::format("{:.6g}%", share * 100); });
}

double ZeroLog::coordinate(double value) const {
  return value > 0 ? std::max(std::log10(value), least) : zero();
}
double ZeroLog::value_at(double coordinate) const {
  // Halfway between zero and the least, neither is nearer.
  return coordinate < (zero() + least) / 2 ? 0 : std::pow(10, coordinate);
}

std::vector<Tick> zero_log_ticks(const ZeroLog& axis, double from, double to,
                                 QString (*text)(double)) {
  std::vector<Tick> ticks;
  if (axis.zero() >= from) ticks.push_back({axis.zero(), text(0)});
  const double begin = std::max(from, axis.least);
  const auto factors = to - begin < 3 ? std::vector<double>{1, 2, 5} : std::vector<double>{1};
  for (double decade = std::floor(begin); decade <= to; ++decade) {
    for (const double factor : factors) {
      const double at = decade + std::log10(factor);
      if (at >= begin - 1e-9 && at <= to + 1e-9) ticks.push_back({at, text(std::pow(10, at))});
    }
  }
  return thinned(std::move(ticks), to - from);
}

}  // namespace switchyard::gui
