#include "gui/chart_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QtCharts/QLineSeries>
#include <QtCharts/QScatterSeries>

#include <algorithm>
#include <cmath>

#include "gui/chart_labels.h"
#include "gui/chart_style.h"
#include "gui/envelope.h"

namespace switchyard::gui {
namespace {

constexpr double kDotSize = 11;
constexpr double kMostNameWidth = 190;
constexpr double kNameGap = 14;  // between the end of a line and its name
constexpr double kNear = 24;     // pixels from the mouse to what it means

QString text_on(const Axis& axis, double at, bool exactly = true) {
  return exactly && axis.exact ? axis.exact(at) : axis.text(at);
}

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
  chart()->legend()->hide();
  cursor_ = new QGraphicsLineItem(chart());
  cursor_->setVisible(false);
  cursor_->setZValue(10);
  brush_ = new QGraphicsRectItem(chart());
  brush_->setVisible(false);
  brush_->setZValue(9);
  setRenderHint(QPainter::Antialiasing);
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(320, 200);
  connect(chart(), &QChart::plotAreaChanged, this, &ChartView::lay_out);
  follow_palette();
}

void ChartView::show_lines(std::vector<Line> lines, Axis x, Axis y, int selected) {
  const bool same_axis = x.title == x_.title && x.from == x_.from && x.to == x_.to;
  const double from = x_axis_->min();
  const double to = x_axis_->max();
  lines_ = std::move(lines);
  x_ = std::move(x);
  y_ = std::move(y);
  selected_ = selected;
  hovered_ = -1;
  add_series();
  x_axis_->setTitleText(x_.title.toHtmlEscaped());
  y_axis_->setTitleText(y_.title.toHtmlEscaped());
  if (y_.ticks) {
    y_axis_->setRange(y_.from, y_.to);
    set_ticks(*y_axis_, y_.ticks(y_.from, y_.to));
  }
  // A zoom stays where it still makes sense.
  same_axis ? show_range(from, to) : show_range(x_.from, x_.to);
}

void ChartView::add_series() {
  chart()->removeAllSeries();
  for (QGraphicsSimpleTextItem* name : names_) delete name;
  for (QGraphicsLineItem* leader : leaders_) delete leader;
  series_.assign(lines_.size(), nullptr);
  names_.assign(lines_.size(), nullptr);
  leaders_.assign(lines_.size(), nullptr);
  ends_at_edge_.assign(lines_.size(), true);
  double widest = 0;
  QFont bold = font();
  bold.setBold(true);
  for (const bool background : {true, false}) {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const Line& line = lines_[i];
      if (line.is_background != background) continue;
      if (line.is_dotted) {
        auto* dots = new QScatterSeries;
        dots->setMarkerSize(background ? kDotSize / 2 : kDotSize);
        dots->setBorderColor(Qt::transparent);
        series_[i] = dots;
      } else {
        series_[i] = new QLineSeries;
      }
      series_[i]->setName(line.name.toHtmlEscaped());
      chart()->addSeries(series_[i]);
      series_[i]->attachAxis(x_axis_);
      series_[i]->attachAxis(y_axis_);
      if (background || !line.is_named) continue;
      names_[i] = new QGraphicsSimpleTextItem(chart());
      names_[i]->setFont(font());
      names_[i]->setText(
          fontMetrics().elidedText(line.name, Qt::ElideMiddle, static_cast<int>(kMostNameWidth)));
      names_[i]->setZValue(11);
      leaders_[i] = new QGraphicsLineItem(chart());
      // As wide as it is when it is stressed.
      const double width = QFontMetricsF(bold).horizontalAdvance(names_[i]->text());
      if (!line.is_dotted) widest = std::max(widest, width);
    }
  }
  stress();
  chart()->setMargins(QMargins(4, 4, 4 + static_cast<int>(widest > 0 ? widest + kNameGap : 8), 4));
}

// The selected line, or that under the mouse, before the others.
void ChartView::stress() {
  const int strong = hovered_ >= 0 ? hovered_ : selected_;
  const QColor text = palette().color(QPalette::Text);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const bool is_strong = strong == static_cast<int>(i);
    QColor colour = lines_[i].colour;
    if (strong >= 0 && !is_strong) colour.setAlphaF(0.45F);
    QXYSeries& series = *series_[i];
    if (lines_[i].is_dotted) {
      series.setColor(colour);
    } else {
      series.setPen(QPen(colour, is_strong ? 3 : lines_[i].is_background ? 1 : 1.8));
    }
    if (names_[i] == nullptr) continue;
    QFont font = this->font();
    font.setBold(is_strong);
    names_[i]->setFont(font);
    names_[i]->setBrush(text);
    leaders_[i]->setPen(leader_pen(i, colour));
  }
}

// Where a line ends within the chart, what leads on to its name must not look like more of it.
QPen ChartView::leader_pen(std::size_t line, QColor colour) const {
  if (lines_[line].is_dotted || ends_at_edge_[line]) return {colour, 1.5};
  QColor text = palette().color(QPalette::Text);
  text.setAlphaF(0.5F);
  return {text, 1, Qt::DotLine};
}

// Of what is in sight, as much as there are pixels for.
void ChartView::lay_out() {
  const double columns = std::max(1.0, chart()->plotArea().width());
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const auto shown = envelope(lines_[i].points, from(), to(), static_cast<std::size_t>(columns));
    series_[i]->replace(QList<QPointF>(shown.begin(), shown.end()));
  }
  place_names();
  draw_cursor();
}

QPointF ChartView::position_of(QPointF point) const {
  const QRectF area = chart()->plotArea();
  const double width = to() - from();
  const double height = y_.to - y_.from;
  return {area.left() + (width > 0 ? (point.x() - from()) / width : 0) * area.width(),
          area.bottom() - (height > 0 ? (point.y() - y_.from) / height : 0) * area.height()};
}

void ChartView::place_names() {
  const QRectF area = chart()->plotArea();
  std::vector<std::size_t> ends;
  std::vector<double> wanted;
  std::vector<QPointF> tips;
  std::vector<std::size_t> dots;
  std::vector<QPointF> points;
  std::vector<QSizeF> sizes;
  double height = 0;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (names_[i] == nullptr) continue;
    const auto& all = lines_[i].points;
    // The last in sight; if the line ends before, its end.
    const auto after = std::ranges::upper_bound(all, to(), {}, [](QPointF p) { return p.x(); });
    const bool seen = after != all.begin() && (after - 1)->x() >= from();
    names_[i]->setVisible(seen);
    leaders_[i]->setVisible(seen);
    if (!seen) continue;
    const QPointF tip = position_of(*(after - 1));
    const QRectF size = names_[i]->boundingRect();
    if (lines_[i].is_dotted) {
      dots.push_back(i);
      points.push_back(tip);
      sizes.push_back(size.size());
    } else {
      ends.push_back(i);
      tips.emplace_back(tip.x(), std::clamp(tip.y(), area.top(), area.bottom()));
      height = std::max(height, size.height());
      wanted.push_back(tips.back().y());
    }
  }
  for (double& one : wanted) one -= height / 2;
  const auto tops = pushed_apart(wanted, height, area.top() - height / 2, area.bottom() + height);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const double x = area.right() + kNameGap;
    names_[ends[i]]->setPos(x, tops[i]);
    leaders_[ends[i]]->setLine(QLineF(tips[i], QPointF(x - 2, tops[i] + height / 2)));
    ends_at_edge_[ends[i]] = tips[i].x() > area.right() - kNameGap;
  }
  stress();
  const auto places = placed_beside(points, sizes, area, nameless_lines());
  for (std::size_t i = 0; i < dots.size(); ++i) {
    names_[dots[i]]->setPos(places[i].topLeft());
    const QPointF near(std::clamp(points[i].x(), places[i].left(), places[i].right()),
                       std::clamp(points[i].y(), places[i].top(), places[i].bottom()));
    leaders_[dots[i]]->setLine(QLineF(points[i], near));
  }
}

// What runs between dots, as boxes around each piece.
std::vector<QRectF> ChartView::nameless_lines() const {
  std::vector<QRectF> boxes;
  for (const Line& line : lines_) {
    if (line.is_named || line.is_background || line.is_dotted) continue;
    for (std::size_t i = 1; i < line.points.size(); ++i) {
      const QRectF box(position_of(line.points[i - 1]), position_of(line.points[i]));
      boxes.push_back(box.normalized().adjusted(-1, -1, 1, 1));
    }
  }
  return boxes;
}

std::vector<QRectF> ChartView::label_places() const {
  std::vector<QRectF> places;
  for (const QGraphicsSimpleTextItem* name : names_) {
    if (name != nullptr && name->isVisible()) {
      places.push_back(name->boundingRect().translated(name->pos()));
    }
  }
  return places;
}

void ChartView::show_range(double from, double to) {
  if (!x_.ticks || !(from < to)) return;
  x_axis_->setRange(from, to);
  set_ticks(*x_axis_, x_.ticks(from, to));
  lay_out();
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

void ChartView::pan(double by) {
  const double shift = std::clamp(by, x_.from - from(), x_.to - to());
  if (shift != 0) show_range(from() + shift, to() + shift);
}

QString ChartView::values_at(double x, bool exactly) const {
  if (lines_.empty() || !x_.text || x < x_.from || x > x_.to) return {};
  QString text = x_.text(x);
  for (const Line& line : lines_) {
    if (line.is_background || !line.is_named || line.is_dotted) continue;
    const auto next = std::ranges::lower_bound(line.points, x, {}, [](QPointF p) { return p.x(); });
    if (next == line.points.end()) continue;
    text += QStringLiteral("\n%1: %2").arg(line.name, text_on(y_, next->y(), exactly));
  }
  return text;
}

void ChartView::paint(QPainter& painter) {
  const QRectF all{QPointF(), QSizeF(size())};
  scene()->render(&painter, all, all);
}

double ChartView::x_at(QPoint position) const {
  const QRectF area = chart()->plotArea();
  if (area.width() <= 0) return from();
  return from() + (mapToScene(position).x() - area.left()) / area.width() * (to() - from());
}

void ChartView::show_cursor(std::optional<double> x, bool locked) {
  cursor_x_ = x;
  cursor_locked_ = locked;
  draw_cursor();
}

void ChartView::draw_cursor() {
  const bool seen = cursor_x_ && *cursor_x_ >= from() && *cursor_x_ <= to();
  cursor_->setVisible(seen);
  if (!seen) return;
  const QRectF area = chart()->plotArea();
  const double at = position_of({*cursor_x_, 0}).x();
  cursor_->setPen(QPen(palette().color(QPalette::Text), cursor_locked_ ? 2 : 0));
  cursor_->setLine(at, area.top(), at, area.bottom());
}

// That nearest to the mouse: of lines, up or down from it.
int ChartView::line_at(QPointF position) const {
  const double x = x_at(position.toPoint());
  int nearest = -1;
  double least = kNear;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Line& line = lines_[i];
    if (!line.is_named || line.points.empty()) continue;
    double distance = least;
    if (line.is_dotted) {
      for (const QPointF point : line.points) {
        distance = std::min(distance, QLineF(position_of(point), position).length());
      }
    } else {
      const auto next =
          std::ranges::lower_bound(line.points, x, {}, [](QPointF p) { return p.x(); });
      if (next == line.points.end()) continue;
      distance = std::abs(position_of(*next).y() - position.y());
    }
    if (distance < least) {
      least = distance;
      nearest = static_cast<int>(i);
    }
  }
  return nearest;
}

void ChartView::point_at(QPoint position) {
  const bool inside = chart()->plotArea().contains(mapToScene(position));
  const int hovered = inside ? line_at(mapToScene(position)) : -1;
  if (std::exchange(hovered_, hovered) != hovered) stress();
  QString told = inside ? values_at(x_at(position), true) : QString();
  if (hovered >= 0 && lines_[static_cast<std::size_t>(hovered)].is_dotted) {
    const Line& line = lines_[static_cast<std::size_t>(hovered)];
    const QPointF at = line.points.front();
    told = QStringLiteral("%1\n%2: %3\n%4: %5")
               .arg(line.name, x_.title, text_on(x_, at.x()), y_.title, text_on(y_, at.y()));
  } else if (!told.contains(QLatin1Char('\n'))) {
    told.clear();
  }
  const bool shows = inside && !told.isEmpty();
  shows ? QToolTip::showText(mapToGlobal(position), told, this) : QToolTip::hideText();
  Q_EMIT pointed(inside ? std::optional(x_at(position)) : std::nullopt);
}

// From where the mouse was pressed to there.
void ChartView::draw_brush(double x) {
  const QRectF area = chart()->plotArea();
  const double from = position_of({x_at(pressed_at_), 0}).x();
  QColor colour = palette().color(QPalette::Highlight);
  brush_->setPen(QPen(colour, 1));
  colour.setAlphaF(0.25F);
  brush_->setBrush(colour);
  brush_->setRect(
      QRectF(QPointF(from, area.top()),
             QPointF(std::clamp(position_of({x, 0}).x(), area.left(), area.right()), area.bottom()))
          .normalized());
  brush_->setVisible(true);
}

// Whether the mouse has been moved while it was down, and not only trembled.
bool ChartView::drags_to(QPoint position) {
  dragged_ = dragged_ || (position - pressed_at_).manhattanLength() > 4;
  return dragged_;
}

void ChartView::mousePressEvent(QMouseEvent* event) {
  drags_ = event->button() == Qt::LeftButton;
  brushes_ = has_brush_ && event->modifiers().testFlag(Qt::ShiftModifier);
  dragged_ = false;
  pressed_at_ = dragged_from_ = event->pos();
}

void ChartView::mouseMoveEvent(QMouseEvent* event) {
  if (!drags_) {
    point_at(event->pos());
    return;
  }
  const bool dragged = drags_to(event->pos());
  if (brushes_) {
    if (dragged) draw_brush(x_at(event->pos()));
    return;
  }
  const double moved = x_at(dragged_from_) - x_at(event->pos());
  dragged_from_ = event->pos();
  if (dragged) pan(moved);
}

void ChartView::mouseReleaseEvent(QMouseEvent* event) {
  brush_->setVisible(false);
  const bool dragged = drags_to(event->pos());
  if (brushes_ && drags_ && dragged) {
    drags_ = false;
    const auto in_sight = [&](QPoint position) {
      return std::clamp(x_at(position), this->from(), this->to());
    };
    const auto [from, to] = std::minmax({in_sight(pressed_at_), in_sight(event->pos())});
    if (from < to) Q_EMIT brushed(from, to);
    return;
  }
  if (std::exchange(drags_, false) && !dragged &&
      chart()->plotArea().contains(mapToScene(event->pos()))) {
    Q_EMIT chosen(x_at(event->pos()));
  }
}
void ChartView::mouseDoubleClickEvent(QMouseEvent* /*event*/) {
  reset_zoom();
}

void ChartView::wheelEvent(QWheelEvent* event) {
  zoom(std::pow(0.999, event->angleDelta().y()), x_at(event->position().toPoint()));
  event->accept();
}

void ChartView::keyPressEvent(QKeyEvent* event) {
  const double middle = cursor_x_.value_or((from() + to()) / 2);
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
    case Qt::Key_Space:
      Q_EMIT chosen(middle);
      break;
    case Qt::Key_Left:
    case Qt::Key_Right: {
      const int direction = event->key() == Qt::Key_Left ? -1 : 1;
      if (cursor_x_) {
        Q_EMIT stepped(direction);
      } else {
        pan(direction * (to() - from()) / 10);
      }
      break;
    }
    default:
      QChartView::keyPressEvent(event);
  }
}

// The frame tells that keys are for the chart.
void ChartView::paintEvent(QPaintEvent* event) {
  QChartView::paintEvent(event);
  if (!hasFocus()) return;
  QPainter painter(viewport());
  painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
  painter.drawRect(viewport()->rect().adjusted(1, 1, -1, -1));
}

void ChartView::leaveEvent(QEvent* event) {
  if (std::exchange(hovered_, -1) >= 0) stress();
  Q_EMIT pointed(std::nullopt);
  QChartView::leaveEvent(event);
}

void ChartView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) follow_palette();
  QChartView::changeEvent(event);
}

void ChartView::follow_palette() {
  style_chart(*chart(), palette());
  stress();
  draw_cursor();
}

}  // namespace switchyard::gui
