// What a chart needs of a line with far more points than the chart has pixels.
#pragma once

#include <QPointF>

#include <cstddef>
#include <span>
#include <vector>

namespace switchyard::gui {

// The points with `from` <= x <= `to` and their neighbours outside, which the line comes from and
// goes to. Of each of `columns` equal parts of that range only the first, the lowest, the highest
// and the last are kept, in their order, so that no peak is lost and it looks the same; where there
// are no more than `enough` points, all. REQUIRES points with rising x.
std::vector<QPointF> envelope(std::span<const QPointF> points, double from, double to,
                              std::size_t columns, std::size_t enough = 4000);

}  // namespace switchyard::gui
