#include "gui/envelope.h"

#include <algorithm>
#include <array>

namespace switchyard::gui {
namespace {

using Place = std::span<const QPointF>::iterator;

void append_extremes(Place begin, Place end, std::vector<QPointF>& kept) {
  if (begin == end) return;
  const auto [lowest, highest] =
      std::minmax_element(begin, end, [](QPointF a, QPointF b) { return a.y() < b.y(); });
  std::array<Place, 4> places = {begin, lowest, highest, end - 1};
  std::ranges::sort(places);
  const auto repeated = std::ranges::unique(places);
  for (auto place = places.begin(); place != repeated.begin(); ++place) kept.push_back(**place);
}

}  // namespace

std::vector<QPointF> envelope(std::span<const QPointF> points, double from, double to,
                              std::size_t columns, std::size_t enough) {
  const auto x = [](QPointF p) { return p.x(); };
  const Place first = std::ranges::lower_bound(points, from, {}, x);
  const Place last = std::ranges::upper_bound(points, to, {}, x);
  const Place before = first == points.begin() ? first : first - 1;
  const Place after = last == points.end() ? last : last + 1;
  if (static_cast<std::size_t>(after - before) <= enough || columns == 0 || !(from < to)) {
    return {before, after};
  }
  std::vector<QPointF> kept(before, first);
  kept.reserve(4 * columns + 2);
  const double width = (to - from) / static_cast<double>(columns);
  Place begin = first;
  for (std::size_t i = 1; i <= columns; ++i) {
    const Place end = i == columns ? last
                                   : std::ranges::lower_bound(
                                         begin, last, from + static_cast<double>(i) * width, {}, x);
    append_extremes(begin, end, kept);
    begin = end;
  }
  kept.insert(kept.end(), last, after);
  return kept;
}

}  // namespace switchyard::gui
