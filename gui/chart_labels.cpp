#include "gui/chart_labels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace switchyard::gui {
namespace {

constexpr double kGap = 7;  // between a point and its label

// Labels that touch, placed as one.
struct Block {
  double sum = 0;  // of where each would want the first of the block to be
  std::size_t count = 0;
  double top() const { return sum / static_cast<double>(count); }
};

// On circles around the point, one after the other; to its right where there is no room at all.
template <class IsFree>
QRectF nearest_around(QPointF point, QSizeF size, const QRectF& area, const IsFree& is_free) {
  constexpr double kStep = 6;
  constexpr int kDirections = 24;
  QRectF place(QPointF(), size);
  for (double radius = kGap + size.height(); radius < area.width(); radius += kStep) {
    for (int i = 0; i < kDirections; ++i) {
      const double angle = 2 * std::numbers::pi * i / kDirections;
      place.moveCenter(point + radius * QPointF(std::cos(angle), std::sin(angle)));
      if (is_free(place)) return place;
    }
  }
  place.moveTopLeft(point + QPointF(kGap, -size.height() / 2));
  return place;
}

}  // namespace

// Blocks that overlap are joined until none do, which is the least sum of squared moves.
std::vector<double> pushed_apart(std::span<const double> wanted, double height, double top,
                                 double bottom) {
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return wanted[i]; });
  std::vector<Block> blocks;
  for (const std::size_t i : order) {
    blocks.push_back({wanted[i], 1});
    while (blocks.size() > 1) {
      const Block below = blocks.back();
      Block& above = blocks[blocks.size() - 2];
      const double length = static_cast<double>(above.count) * height;
      if (above.top() + length <= below.top()) break;
      above.sum += below.sum - static_cast<double>(below.count) * length;
      above.count += below.count;
      blocks.pop_back();
    }
  }
  std::vector<double> tops;
  for (const Block& block : blocks) {
    for (std::size_t i = 0; i < block.count; ++i) {
      tops.push_back(block.top() + static_cast<double>(i) * height);
    }
  }
  double limit = bottom - height;
  for (auto one = tops.rbegin(); one != tops.rend(); ++one, limit -= height) {
    *one = std::min(*one, limit);
  }
  limit = top;
  for (double& one : tops) {
    one = std::max(one, limit);
    limit = one + height;
  }
  std::vector<double> result(wanted.size());
  for (std::size_t i = 0; i < order.size(); ++i) result[order[i]] = tops[i];
  return result;
}

std::vector<QRectF> placed_beside(std::span<const QPointF> points, std::span<const QSizeF> sizes,
                                  const QRectF& area, std::vector<QRectF> taken) {
  for (const QPointF point : points) {
    taken.emplace_back(point.x() - kGap / 2, point.y() - kGap / 2, kGap, kGap);
  }
  std::vector<QRectF> placed;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const QPointF at = points[i];
    const double width = sizes[i].width();
    const double height = sizes[i].height();
    const auto is_free = [&](const QRectF& place) {
      return area.contains(place) && std::ranges::none_of(taken, [&](const QRectF& other) {
               return other.intersects(place);
             });
    };
    const std::array<QRectF, 4> places = {
        QRectF(at.x() + kGap, at.y() - height / 2, width, height),
        QRectF(at.x() - kGap - width, at.y() - height / 2, width, height),
        QRectF(at.x() - width / 2, at.y() - kGap - height, width, height),
        QRectF(at.x() - width / 2, at.y() + kGap, width, height)};
    const auto found = std::ranges::find_if(places, is_free);
    const QRectF place =
        found == places.end() ? nearest_around(at, sizes[i], area, is_free) : *found;
    taken.push_back(place);
    placed.push_back(place);
  }
  return placed;
}

}  // namespace switchyard::gui
