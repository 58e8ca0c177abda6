// Where names are written beside what they name, without covering one another.
#pragma once

#include <QRectF>

#include <span>
#include <vector>

namespace switchyard::gui {

// Tops of labels of one height in a column: as near as possible to where they are wanted, none
// over another and all between `top` and `bottom`, as long as they fit there.
std::vector<double> pushed_apart(std::span<const double> wanted, double height, double top,
                                 double bottom);

// Places for labels of these sizes, each beside its point (right, left, above or below) inside
// `area`, where nothing else is, `taken` included; where all of that is taken, as near to it as
// there is room.
std::vector<QRectF> placed_beside(std::span<const QPointF> points, std::span<const QSizeF> sizes,
                                  const QRectF& area, std::vector<QRectF> taken = {});

}  // namespace switchyard::gui
