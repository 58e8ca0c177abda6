#include "gui/rate_strip.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "gui/palette.h"

namespace switchyard::gui {
namespace {

constexpr double kGrip = 5;  // pixels beside an edge that still take hold of it
constexpr double kLeastDrag = 3;
constexpr int kKeySteps = 100;  // of the whole strip

QString text_of(double ns) {
  return QString::fromStdString(format_duration(ns));
}

}  // namespace

RateStrip::RateStrip(Purpose purpose, QWidget* parent) : QWidget(parent), purpose_(purpose) {
  const bool replays = purpose == Purpose::kReplayed;
  setObjectName(replays ? QStringLiteral("rate-strip") : QStringLiteral("measured-strip"));
  setAccessibleName(replays ? tr("Requests over time") : tr("Time that the figures count"));
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  setToolTip(
      (replays
           ? tr("Drag to choose what is replayed; a double click takes all.")
           : tr("Drag to choose what all figures, tables and charts count; a double click takes "
                "all.")) +
      tr(" Keys: Left and Right move the range, with Shift its end, with Ctrl its beginning; Esc "
         "takes all."));
  describe();
}

void RateStrip::set_rate(const RateOverTime& rate, Nanoseconds span_ns) {
  rate_ = rate;
  span_ns_ = span_ns;
  drag_ = Drag::kNone;
  describe();
  update();
}

void RateStrip::set_range(const TimeRange& range) {
  range_ = range;
  describe();
  update();
}

void RateStrip::set_cursor(std::optional<Nanoseconds> moment, bool held) {
  cursor_ns_ = moment;
  cursor_held_ = held;
  update();
}

void RateStrip::describe() {
  if (rate_.reads.empty()) {
    setAccessibleDescription(tr("nothing known yet"));
    return;
  }
  std::size_t busiest = 0;
  for (std::size_t i = 0; i < rate_.reads.size(); ++i) {
    if (rate_.reads[i] + rate_.writes[i] > rate_.reads[busiest] + rate_.writes[busiest])
      busiest = i;
  }
  const QString all =
      tr("%1 in all, busiest at %2")
          .arg(text_of(static_cast<double>(span_ns_)),
               text_of(static_cast<double>(rate_.stretch_ns) * static_cast<double>(busiest)));
  const QString what = purpose_ == Purpose::kReplayed ? tr("replayed") : tr("measured");
  setAccessibleDescription(range_.is_whole()
                               ? tr("%1; all of it is %2").arg(all, what)
                               : tr("%1; %2 from %3 to %4")
                                     .arg(all, what, text_of(static_cast<double>(range_.from_ns)),
                                          text_of(static_cast<double>(end_of(range_)))));
}

QSize RateStrip::sizeHint() const {
  return {300, (purpose_ == Purpose::kReplayed ? 6 : 3) * fontMetrics().height()};
}
QSize RateStrip::minimumSizeHint() const {
  return {120, (purpose_ == Purpose::kReplayed ? 5 : 3) * fontMetrics().height()};
}

QRectF RateStrip::plot() const {
  const double line = fontMetrics().height() + 2;
  return QRectF(rect()).adjusted(kGrip + 1, purpose_ == Purpose::kReplayed ? line : 1, -kGrip - 1,
                                 -line);
}

double RateStrip::x_of(Nanoseconds moment) const {
  const QRectF area = plot();
  if (span_ns_ == 0) return moment <= 0 ? area.left() : area.right();
  const double share = static_cast<double>(std::clamp<Nanoseconds>(moment, 0, span_ns_)) /
                       static_cast<double>(span_ns_);
  return area.left() + share * area.width();
}

Nanoseconds RateStrip::moment_at(double x) const {
  const QRectF area = plot();
  const double share = std::clamp((x - area.left()) / area.width(), 0.0, 1.0);
  if (share == 1) return span_ns_;
  // To a power of ten below what a pixel stands for: nobody means more, and it reads better.
  const double step = std::pow(
      10, std::floor(std::log10(std::max(1.0, static_cast<double>(span_ns_) / area.width()))));
  return static_cast<Nanoseconds>(std::round(share * static_cast<double>(span_ns_) / step) * step);
}

Nanoseconds RateStrip::end_of(const TimeRange& range) const {
  return std::min(range.to_ns, span_ns_);
}

TimeRange RateStrip::between(Nanoseconds a, Nanoseconds b) const {
  const auto [from, to] = std::minmax(a, b);
  return {std::max<Nanoseconds>(0, from), to >= span_ns_ ? kNever : to};
}

TimeRange RateStrip::moved(Nanoseconds by) const {
  const Nanoseconds length = end_of(pressed_range_) - pressed_range_.from_ns;
  const Nanoseconds from = std::clamp<Nanoseconds>(pressed_range_.from_ns + by, 0,
                                                   std::max<Nanoseconds>(0, span_ns_ - length));
  return between(from, from + length);
}

RateStrip::Drag RateStrip::grip_at(double x) const {
  if (range_.is_whole()) return Drag::kNew;
  if (std::abs(x - x_of(range_.from_ns)) <= kGrip) return Drag::kFrom;
  if (std::abs(x - x_of(end_of(range_))) <= kGrip) return Drag::kTo;
  const bool inside = x > x_of(range_.from_ns) && x < x_of(end_of(range_));
  return inside ? Drag::kAll : Drag::kNew;
}

void RateStrip::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || span_ns_ == 0) return;
  pressed_x_ = event->position().x();
  pressed_range_ = range_;
  drag_ = grip_at(pressed_x_);
}

void RateStrip::mouseMoveEvent(QMouseEvent* event) {
  const double x = event->position().x();
  if (drag_ != Drag::kNone) {
    drag_to(x);
    return;
  }
  const Drag under = span_ns_ == 0 ? Drag::kNone : grip_at(x);
  setCursor(under == Drag::kFrom || under == Drag::kTo ? Qt::SizeHorCursor
            : under == Drag::kAll                      ? Qt::OpenHandCursor
            : under == Drag::kNew                      ? Qt::CrossCursor
                                                       : Qt::ArrowCursor);
}

void RateStrip::drag_to(double x) {
  const Nanoseconds moment = moment_at(x);
  TimeRange next = pressed_range_;
  switch (drag_) {
    case Drag::kNew:
      if (std::abs(x - pressed_x_) >= kLeastDrag) next = between(moment_at(pressed_x_), moment);
      break;
    case Drag::kFrom:
      next = between(moment, end_of(pressed_range_));
      break;
    case Drag::kTo:
      next = between(pressed_range_.from_ns, moment);
      break;
    case Drag::kAll:
      next = moved(moment - moment_at(pressed_x_));
      break;
    case Drag::kNone:
      return;
  }
  // An edge dragged onto the other one leaves nothing.
  if (next.from_ns >= end_of(next)) return;
  set_range(next);
  Q_EMIT dragged(next);
}

void RateStrip::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || drag_ == Drag::kNone) return;
  drag_to(event->position().x());
  drag_ = Drag::kNone;
  if (range_ != pressed_range_) Q_EMIT chosen(range_, false);
}

void RateStrip::mouseDoubleClickEvent(QMouseEvent* event) {
  drag_ = Drag::kNone;
  if (event->button() == Qt::LeftButton && !range_.is_whole()) Q_EMIT chosen({}, false);
}

bool RateStrip::event(QEvent* event) {
  // Else Esc would cancel the run.
  if (event->type() == QEvent::ShortcutOverride && !range_.is_whole() &&
      static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
    event->accept();
    return true;
  }
  return QWidget::event(event);
}

void RateStrip::keyPressEvent(QKeyEvent* event) {
  const int key = event->key();
  if (key == Qt::Key_Escape && !range_.is_whole()) {
    Q_EMIT chosen({}, false);
    return;
  }
  if ((key != Qt::Key_Left && key != Qt::Key_Right) || span_ns_ == 0) {
    QWidget::keyPressEvent(event);
    return;
  }
  const Nanoseconds step = std::max<Nanoseconds>(1, span_ns_ / kKeySteps);
  const Nanoseconds by = key == Qt::Key_Left ? -step : step;
  TimeRange next;
  if (event->modifiers().testFlag(Qt::ShiftModifier)) {
    next = between(range_.from_ns, std::max(end_of(range_) + by, range_.from_ns + step));
  } else if (event->modifiers().testFlag(Qt::ControlModifier)) {
    next = between(std::min(range_.from_ns + by, end_of(range_) - step), end_of(range_));
  } else {
    pressed_range_ = range_;
    next = moved(by);
  }
  if (next != range_ && next.from_ns < end_of(next)) Q_EMIT chosen(next, true);
}

void RateStrip::paint_rate(QPainter& painter, const QRectF& area) const {
  const auto columns = static_cast<std::size_t>(std::max(1.0, std::floor(area.width())));
  // The busiest stretch of each column: a short peak is not averaged away.
  std::vector<std::size_t> shown(columns);
  std::uint64_t most = 1;
  for (std::size_t x = 0; x < columns; ++x) {
    const std::size_t first = x * rate_.reads.size() / columns;
    const std::size_t last = std::max(first + 1, (x + 1) * rate_.reads.size() / columns);
    shown[x] = first;
    for (std::size_t i = first; i < last; ++i) {
      if (rate_.reads[i] + rate_.writes[i] > rate_.reads[shown[x]] + rate_.writes[shown[x]]) {
        shown[x] = i;
      }
    }
    most = std::max(most, rate_.reads[shown[x]] + rate_.writes[shown[x]]);
  }
  const double scale = area.height() / static_cast<double>(most);
  for (std::size_t x = 0; x < columns; ++x) {
    const double left = area.left() + static_cast<double>(x);
    const double reads = static_cast<double>(rate_.reads[shown[x]]) * scale;
    const double writes = static_cast<double>(rate_.writes[shown[x]]) * scale;
    painter.fillRect(QRectF(left, area.bottom() - writes, 1, writes), series_colour(1, palette()));
    painter.fillRect(QRectF(left, area.bottom() - writes - reads, 1, reads),
                     series_colour(0, palette()));
  }
  painter.setPen(palette().color(QPalette::Text));
  if (purpose_ == Purpose::kReplayed) paint_legend(painter, area, most);
  const QRectF below(area.left(), area.bottom() + 2, area.width(), height() - area.bottom() - 2);
  painter.drawText(below, Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("0s"));
  painter.drawText(below, Qt::AlignRight | Qt::AlignVCenter,
                   text_of(static_cast<double>(span_ns_)));
}

void RateStrip::paint_legend(QPainter& painter, const QRectF& area, std::uint64_t most) const {
  const double line = area.top();
  painter.drawText(
      QRectF(area.left(), 0, area.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
      tr("at most %L1/s")
          .arg(static_cast<double>(most) * 1e9 / static_cast<double>(rate_.stretch_ns), 0, 'f', 0));
  double right = area.right();
  const std::pair<QString, QColor> kinds[] = {{tr("writes"), series_colour(1, palette())},
                                              {tr("reads"), series_colour(0, palette())}};
  for (const auto& [text, colour] : kinds) {
    const double width = fontMetrics().horizontalAdvance(text);
    painter.drawText(QRectF(right - width, 0, width, line), Qt::AlignVCenter, text);
    painter.fillRect(QRectF(right - width - 12, line / 2 - 4, 8, 8), colour);
    right -= width + 20;
  }
}

void RateStrip::paint_range(QPainter& painter, const QRectF& area) const {
  if (range_.is_whole()) return;
  const double from = x_of(range_.from_ns);
  const double to = x_of(end_of(range_));
  QColor veil = palette().color(QPalette::Base);
  veil.setAlpha(190);
  painter.fillRect(QRectF(QPointF(area.left(), area.top()), QPointF(from, area.bottom())), veil);
  painter.fillRect(QRectF(QPointF(to, area.top()), QPointF(area.right(), area.bottom())), veil);
  const QColor edge = palette().color(QPalette::Text);
  for (const double x : {from, to}) {
    painter.fillRect(QRectF(x - 0.75, area.top(), 1.5, area.height()), edge);
    painter.fillRect(QRectF(x - 2.5, area.center().y() - 8, 5, 16), edge);
  }
}

void RateStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QRectF area = plot();
  painter.fillRect(area, palette().color(QPalette::Base));
  if (!rate_.reads.empty()) {
    paint_rate(painter, area);
    if (span_ns_ > 0) paint_range(painter, area);
    if (cursor_ns_ && *cursor_ns_ <= span_ns_) {
      const double x = x_of(*cursor_ns_);
      painter.setPen(QPen(palette().color(QPalette::Text), cursor_held_ ? 2 : 1));
      painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    }
  }
  const bool focused = hasFocus();
  painter.setPen(
      QPen(palette().color(focused ? QPalette::Highlight : QPalette::Mid), focused ? 2 : 1));
  painter.drawRect(area.adjusted(0, 0, -1, -1));
}

}  // namespace switchyard::gui
