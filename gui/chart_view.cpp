#include "gui/chart_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <QSvgGenerator>
#include <QToolTip>
#include <QtCharts/QLineSeries>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "gui/chart_style.h"

namespace switchyard::gui {
namespace {

constexpr double kExportScale = 2;

void set_ticks(QCategoryAxis& axis, const std::vector<Tick>& ticks) {
  for (const QString& label : axis.categoriesLabels()) axis.remove(label);
  // A first mark at the axis's own start would have no room.
  if (!ticks.empty()) axis.setStartValue(ticks.front().at - 1);
  for (const Tick& tick : ticks) axis.append(tick.text, tick.at);
}

}  // namespace

ChartView::ChartView(QWidget* parent)
    : QChartView(parent), x_axis_(new QCategoryAxis), y_axis_(new QCategoryAxis) {
  for (QCategoryAxis* axis : {x_axis_, y_axis_}) {
    axis->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
  }
  chart()->addAxis(x_axis_, Qt::AlignBottom);
  chart()->addAxis(y_axis_, Qt::AlignLeft);
  chart()->legend()->setMarkerShape(QLegend::MarkerShapeFromSeries);
  cursor_ = new QGraphicsLineItem(chart());
  cursor_->setVisible(false);
  cursor_->setZValue(10);
  setRenderHint(QPainter::Antialiasing);
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(320, 200);
  follow_palette();
}

void ChartView::show_lines(std::vector<Line> lines, Axis x, Axis y, int selected) {
  const bool same_axis = x.title == x_.title && x.from == x_.from && x.to == x_.to;
  const double from = x_axis_->min();
  const double to = x_axis_->max();
  lines_ = std::move(lines);
  x_ = std::move(x);
  y_ = std::move(y);
  chart()->removeAllSeries();
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Line& line = lines_[i];
    auto* series = new QLineSeries;
    const bool stands_out = selected < 0 || static_cast<std::size_t>(selected) == i;
    QColor colour = line.colour;
    if (!stands_out) colour.setAlphaF(0.3F);
    series->setPen(QPen(colour, selected >= 0 && stands_out ? 3 : 1.6));
    // Names come from files, and a chart would take their < for markup.
    series->setName(line.name.toHtmlEscaped());
    chart()->addSeries(series);
    series->attachAxis(x_axis_);
    series->attachAxis(y_axis_);
    series->replace(QList<QPointF>(line.points.begin(), line.points.end()));
  }
  x_axis_->setTitleText(x_.title.toHtmlEscaped());
  y_axis_->setTitleText(y_.title.toHtmlEscaped());
  chart()->legend()->setVisible(lines_.size() > 1);
  if (y_.ticks) {
    y_axis_->setRange(y_.from, y_.to);
    set_ticks(*y_axis_, y_.ticks(y_.from, y_.to));
  }
  // A zoom stays where it still makes sense.
  same_axis ? show_range(from, to) : show_range(x_.from, x_.to);
}

void ChartView::show_range(double from, double to) {
  if (!x_.ticks || !(from < to)) return;
  x_axis_->setRange(from, to);
  set_ticks(*x_axis_, x_.ticks(from, to));
}

void ChartView::reset_zoom() {
  show_range(x_.from, x_.to);
}

void ChartView::zoom(double factor, double around) {
  const double from = std::max(x_.from, around - (around - this->from()) * factor);
  const double to = std::min(x_.to, around + (this->to() - around) * factor);
  // Closer than this, numbers can't tell marks apart.
  if (to - from < (x_.to - x_.from) * 1e-5) return;
  show_range(from, to);
}

QString ChartView::values_at(double x) const {
  if (lines_.empty() || !x_.text || x < x_.from || x > x_.to) return {};
  QString text = x_.text(x);
  for (const Line& line : lines_) {
    const auto next = std::ranges::lower_bound(line.points, x, {}, [](QPointF p) { return p.x(); });
    if (next == line.points.end()) continue;
    text += QStringLiteral("\n%1: %2").arg(line.name, y_.text(next->y()));
  }
  return text;
}

void ChartView::save(const QString& path) {
  const QSize size = this->size();
  const auto paint = [&](QPaintDevice& device, const QRectF& target) {
    QPainter painter(&device);
    painter.setRenderHint(QPainter::Antialiasing);
    scene()->render(&painter, target, QRectF(QPointF(), QSizeF(size)));
    return painter.isActive();
  };
  cursor_->setVisible(false);
  bool saved = false;
  if (path.endsWith(QStringLiteral(".svg"))) {
    QSvgGenerator svg;
    svg.setFileName(path);
    svg.setSize(size);
    svg.setViewBox(QRect(QPoint(), size));
    saved = paint(svg, QRectF(QPointF(), QSizeF(size)));
  } else if (path.endsWith(QStringLiteral(".png"))) {
    QImage image(size * kExportScale, QImage::Format_ARGB32);
    image.fill(palette().color(QPalette::Base));
    paint(image, QRectF(QPointF(), QSizeF(image.size())));
    saved = image.save(path);
  } else {
    throw InputError(path.toStdString() + ": a picture's name ends with .png or .svg");
  }
  if (!saved) throw InputError(path.toStdString() + ": can't be written");
}

double ChartView::x_at(QPoint position) const {
  const QRectF area = chart()->plotArea();
  if (area.width() <= 0) return from();
  return from() + (mapToScene(position).x() - area.left()) / area.width() * (to() - from());
}

void ChartView::show_cursor(QPoint position) {
  const QRectF area = chart()->plotArea();
  const QPointF at = mapToScene(position);
  const QString values = area.contains(at) ? values_at(x_at(position)) : QString();
  cursor_->setVisible(!values.isEmpty());
  if (values.isEmpty()) {
    QToolTip::hideText();
    return;
  }
  cursor_->setLine(at.x(), area.top(), at.x(), area.bottom());
  QToolTip::showText(mapToGlobal(position), values, this);
}

void ChartView::mousePressEvent(QMouseEvent* event) {
  drags_ = event->button() == Qt::LeftButton;
  dragged_from_ = event->pos();
}

void ChartView::mouseMoveEvent(QMouseEvent* event) {
  if (!drags_) {
    show_cursor(event->pos());
    return;
  }
  const double moved = x_at(dragged_from_) - x_at(event->pos());
  dragged_from_ = event->pos();
  const double shift = std::clamp(moved, x_.from - from(), x_.to - to());
  show_range(from() + shift, to() + shift);
}

void ChartView::mouseReleaseEvent(QMouseEvent* /*event*/) {
  drags_ = false;
}
void ChartView::mouseDoubleClickEvent(QMouseEvent* /*event*/) {
  reset_zoom();
}

void ChartView::wheelEvent(QWheelEvent* event) {
  zoom(std::pow(0.999, event->angleDelta().y()), x_at(event->position().toPoint()));
  event->accept();
}

void ChartView::keyPressEvent(QKeyEvent* event) {
  const double middle = (from() + to()) / 2;
  switch (event->key()) {
    case Qt::Key_Plus:
      zoom(0.8, middle);
      break;
    case Qt::Key_Minus:
      zoom(1.25, middle);
      break;
    case Qt::Key_0:
      reset_zoom();
      break;
    default:
      QChartView::keyPressEvent(event);
  }
}

void ChartView::leaveEvent(QEvent* event) {
  cursor_->setVisible(false);
  QChartView::leaveEvent(event);
}

void ChartView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) follow_palette();
  QChartView::changeEvent(event);
}

void ChartView::follow_palette() {
  style_chart(*chart(), palette());
  cursor_->setPen(QPen(palette().color(QPalette::Text), 0));
}

}  // namespace switchyard::gui
