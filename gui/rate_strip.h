// Requests over time as a strip, on which a range of that time is chosen.
//
// Dragging chooses, its edges and the range itself can be dragged, a double click takes all. Keys:
// Left and Right move the range, with Shift its end and with Ctrl its beginning; Esc takes all.
#pragma once

#include <QWidget>

#include <optional>

#include "workload/slice.h"
#include "workload/summary.h"

namespace switchyard::gui {

class RateStrip : public QWidget {
  Q_OBJECT

 public:
  // What is done with the range: it is said in words, and of what is measured reads and writes are
  // not told apart, so that it can be lower.
  enum class Purpose { kReplayed, kMeasured };

  explicit RateStrip(Purpose purpose, QWidget* parent = nullptr);

  void set_rate(const RateOverTime& rate, Nanoseconds span_ns);
  void set_range(const TimeRange& range);
  const TimeRange& range() const { return range_; }
  // A line at a moment, where it is held a stronger one.
  void set_cursor(std::optional<Nanoseconds> moment, bool held);

  // Moments and places across the strip.
  double x_of(Nanoseconds moment) const;
  Nanoseconds moment_at(double x) const;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  // While the mouse is down …
  void dragged(const switchyard::TimeRange& range);
  // … and when it is let go; or `by_key`, one of many small steps.
  void chosen(const switchyard::TimeRange& range, bool by_key);

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  enum class Drag { kNone, kNew, kFrom, kTo, kAll };

  QRectF plot() const;
  // What is under the mouse there.
  Drag grip_at(double x) const;
  Nanoseconds end_of(const TimeRange& range) const;
  // The range between two moments in either order, the ends of the recording included.
  TimeRange between(Nanoseconds a, Nanoseconds b) const;
  TimeRange moved(Nanoseconds by) const;
  void drag_to(double x);
  void paint_rate(QPainter& painter, const QRectF& area) const;
  void paint_legend(QPainter& painter, const QRectF& area, std::uint64_t most) const;
  void paint_range(QPainter& painter, const QRectF& area) const;
  void describe();

  Purpose purpose_;
  RateOverTime rate_;
  Nanoseconds span_ns_ = 0;
  std::optional<Nanoseconds> cursor_ns_;
  bool cursor_held_ = false;
  TimeRange range_;
  Drag drag_ = Drag::kNone;
  double pressed_x_ = 0;
  TimeRange pressed_range_;
};

}  // namespace switchyard::gui
