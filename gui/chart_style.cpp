#include "gui/chart_style.h"

#include <QtCharts/QAbstractAxis>
#include <QtCharts/QLegend>

namespace switchyard::gui {

void style_chart(QChart& chart, const QPalette& palette) {
  const QColor text = palette.color(QPalette::Text);
  QColor grid = text;
  grid.setAlphaF(0.15F);
  chart.setBackgroundBrush(palette.color(QPalette::Base));
  chart.setBackgroundRoundness(0);
  chart.setTitleBrush(text);
  chart.legend()->setAlignment(Qt::AlignTop);
  chart.legend()->setLabelColor(text);
  for (QAbstractAxis* axis : chart.axes()) {
    axis->setLabelsColor(text);
    axis->setTitleBrush(text);
    axis->setGridLineColor(grid);
    axis->setLinePenColor(grid);
  }
}

}  // namespace switchyard::gui
