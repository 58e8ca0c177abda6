#include "gui/figure_view.h"

#include <fmt/format.h>

#include <QVBoxLayout>

#include <algorithm>
#include <iterator>

#include "gui/palette.h"
#include "measure/report_writers.h"

namespace switchyard::gui {

FigureView::FigureView(const QString& caption, const QString& name, const QStringList& figures,
                       QWidget* parent)
    : ResultView(caption, parent),
      figure_(new QComboBox),
      row_(new QHBoxLayout),
      chart_(new ChartView),
      empty_(new QLabel),
      pages_(new QStackedLayout) {
  figure_->setObjectName(name + QStringLiteral("-figure"));
  figure_->addItems(figures);
  chart_->setObjectName(name);
  empty_->setObjectName(name + QStringLiteral("-empty"));
  empty_->setAlignment(Qt::AlignCenter);
  empty_->setWordWrap(true);
  empty_->setTextFormat(Qt::PlainText);
  auto* label = new QLabel(tr("&Show"));
  label->setBuddy(figure_);
  row_->addWidget(label);
  row_->addWidget(figure_);
  row_->addStretch();
  pages_->addWidget(chart_);
  pages_->addWidget(empty_);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(6, 6, 6, 6);
  all->addLayout(row_);
  all->addLayout(pages_, 1);
  take_keyboard(chart_);
  connect(figure_, &QComboBox::currentIndexChanged, this, &ResultView::redraw_asked);
}

std::size_t FigureView::chosen() const {
  return static_cast<std::size_t>(std::max(0, figure_->currentIndex()));
}

void FigureView::show_nothing(const QString& why) {
  chart_->show_lines({}, {}, {}, -1);
  empty_->setText(why);
  pages_->setCurrentWidget(empty_);
  describe(why);
}

void FigureView::show_lines(std::vector<Line> lines, Axis x, Axis y, int selected) {
  pages_->setCurrentWidget(chart_);
  chart_->show_lines(std::move(lines), std::move(x), std::move(y), selected);
}

void FigureView::describe(const QString& text) {
  setAccessibleDescription(text);
  chart_->setAccessibleDescription(text);
}

void FigureView::add_beside(QWidget* widget) {
  row_->addWidget(widget);
}

void FigureView::add_below(QWidget* widget) {
  static_cast<QVBoxLayout*>(layout())->addWidget(widget);
}

std::optional<std::string> FigureView::table_csv() const {
  const Axis& x = chart_->x_axis();
  const Axis& y = chart_->y_axis();
  const auto value = [](const Axis& axis, double at) { return axis.value ? axis.value(at) : at; };
  const auto heading = [](const Axis& axis) {
    const QString unit = axis.unit.isEmpty() ? QString() : QStringLiteral(" [%1]").arg(axis.unit);
    return csv_field((axis.title + unit).toStdString());
  };
  std::string text = fmt::format("strategy,{},{}\n", heading(x), heading(y));
  for (const Line& line : chart_->lines()) {
    const std::string name = csv_field(line.name.toStdString());
    for (const QPointF point : line.points) {
      fmt::format_to(std::back_inserter(text), "{},{:.9g},{:.9g}\n", name, value(x, point.x()),
                     value(y, point.y()));
    }
  }
  return text;
}

Line line_of(const Shown& shown, std::size_t report, const QPalette& palette) {
  Line line;
  line.name = QString::fromStdString(shown.reports[report].name);
  line.colour = series_colour(shown.colours[report], palette);
  line.is_background = shown.colours[report] < 0;
  return line;
}

}  // namespace switchyard::gui
