// How charts look: as the rest of the window, light or dark.
#pragma once

#include <QPalette>
#include <QtCharts/QChart>

namespace switchyard::gui {

// Leaves the colours of series alone, which a theme of Qt Charts would overwrite.
void style_chart(QChart& chart, const QPalette& palette);

}  // namespace switchyard::gui
