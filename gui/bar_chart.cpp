#include "gui/bar_chart.h"

#include <fmt/format.h>

#include <QMouseEvent>
#include <QToolTip>
#include <QtCharts/QBarSet>
#include <QtCharts/QHorizontalBarSeries>
#include <QtCharts/QHorizontalStackedBarSeries>
#include <QtCharts/QLegend>

#include <algorithm>

#include "gui/chart_style.h"
#include "measure/report_writers.h"

namespace switchyard::gui {

BarChart::BarChart(Kind kind, QWidget* parent)
    : QChartView(parent), kind_(kind), categories_(new QBarCategoryAxis), values_(new QValueAxis) {
  chart()->addAxis(categories_, Qt::AlignLeft);
  chart()->addAxis(values_, Qt::AlignBottom);
  chart()->setMargins(QMargins(4, 4, 16, 4));
  values_->setLabelFormat(QStringLiteral("%.0f"));
  // Of bars beside one another the first lies lowest.
  chart()->legend()->setReverseMarkers(kind == kBeside);
  setRenderHint(QPainter::Antialiasing);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(320, 200);
  follow_palette();
}

void BarChart::show_bars(const QString& title, const QStringList& categories,
                         const std::vector<Bars>& bars, const QString& category_title,
                         const QString& value_title) {
  category_names_ = categories;
  bars_ = bars;
  chart()->removeAllSeries();
  // Names come from files, and a chart would take their < for markup.
  chart()->setTitle(title.toHtmlEscaped());
  categories_->setTitleText(category_title.toHtmlEscaped());
  values_->setTitleText(value_title.toHtmlEscaped());
  categories_->clear();
  QAbstractBarSeries* series = nullptr;
  if (kind_ == kStacked) {
    series = new QHorizontalStackedBarSeries;
  } else {
    series = new QHorizontalBarSeries;
    series->setLabelsVisible(true);
    series->setLabelsPosition(QAbstractBarSeries::LabelsOutsideEnd);
    series->setLabelsPrecision(6);
  }
  series->setBarWidth(0.75);
  // An axis that stands begins at the bottom.
  for (qsizetype i = categories.size(); i-- > 0;) {
    categories_->append(categories[i].toHtmlEscaped());
  }
  std::vector<double> sums(static_cast<std::size_t>(categories.size()));
  double highest = 1;
  // As high as a bar, so that numbers of neighbours do not touch.
  QFont label_font = font();
  const auto count = static_cast<double>(std::max<std::size_t>(1, bars.size() * sums.size()));
  label_font.setPixelSize(static_cast<int>(std::clamp(0.55 * height() / count, 7.0, 12.0)));
  for (const Bars& one : bars) {
    auto* set = new QBarSet(one.name);
    set->setColor(one.colour);
    set->setBorderColor(palette().color(QPalette::Base));
    set->setLabelColor(palette().color(QPalette::Text));
    set->setLabelFont(label_font);
    for (std::size_t i = sums.size(); i-- > 0;) {
      set->append(one.values[i]);
      sums[i] = kind_ == kStacked ? sums[i] + one.values[i] : std::max(sums[i], one.values[i]);
      highest = std::max(highest, sums[i]);
    }
    series->append(set);
    connect(set, &QBarSet::hovered, this, [this, set](bool inside, int index) {
      if (!inside) return;
      const qsizetype category = category_names_.size() - 1 - index;
      QToolTip::showText(QCursor::pos(),
                         tr("%1, %2: %3")
                             .arg(category_names_.value(category), set->label())
                             .arg(set->at(index), 0, 'g', 8),
                         this);
    });
  }
  chart()->addSeries(series);
  series->attachAxis(categories_);
  series->attachAxis(values_);
  // Room for the numbers at the ends.
  values_->setRange(0, kind_ == kBeside ? highest * 1.08 : highest);
  values_->applyNiceNumbers();
}

void BarChart::paint(QPainter& painter) {
  const QRectF all{QPointF(), QSizeF(size())};
  scene()->render(&painter, all, all);
}

std::string BarChart::to_csv(const std::string& first_field) const {
  std::string text = first_field;
  for (const Bars& bars : bars_) text += ',' + csv_field(bars.name.toStdString());
  text += '\n';
  for (qsizetype i = 0; i < category_names_.size(); ++i) {
    text += csv_field(category_names_[i].toStdString());
    for (const Bars& bars : bars_) {
      text += fmt::format(",{:.9g}", bars.values[static_cast<std::size_t>(i)]);
    }
    text += '\n';
  }
  return text;
}

// The chart's own handler dereferences what may not be there.
void BarChart::mousePressEvent(QMouseEvent* event) {
  if (itemAt(event->pos()) != nullptr) QChartView::mousePressEvent(event);
}

void BarChart::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) follow_palette();
  QChartView::changeEvent(event);
}

void BarChart::follow_palette() {
  style_chart(*chart(), palette());
  categories_->setGridLineVisible(false);
}

}  // namespace switchyard::gui
