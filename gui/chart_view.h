// A chart as all views show it: lines or points over two axes with marks of our own, each with its
// name beside it, the values under the mouse, a cursor, zoom by wheel and keys, pan by dragging.
#pragma once

#include <QtCharts/QCategoryAxis>
#include <QtCharts/QChartView>
#include <QtCharts/QXYSeries>

#include <functional>
#include <optional>
#include <vector>

#include "gui/ticks.h"

namespace switchyard::gui {

struct Line {
  QString name;
  QColor colour;
  std::vector<QPointF> points;  // in the coordinates of the axes, x rising
  bool is_background = false;   // drawn below the others, thin and without its name
  bool is_dotted = false;       // points, without a line between them
  bool is_named = true;         // also among the values at an x
};

struct Axis {
  QString title;
  double from = 0;
  double to = 1;
  std::function<std::vector<Tick>(double, double)> ticks;
  std::function<QString(double)> text;  // of a value, in short
  // What a coordinate stands for, as it is written to a file; none: itself.
  std::function<double(double)> value = {};
  QString unit = {};  // of that; empty: it is a number or share
  // Of a value under the mouse, with all its digits; none: as in short.
  std::function<QString(double)> exact = {};
};

class ChartView : public QChartView {
  Q_OBJECT

 public:
  explicit ChartView(QWidget* parent = nullptr);

  // `selected` is drawn stronger than the others; -1: none is.
  void show_lines(std::vector<Line> lines, Axis x, Axis y, int selected);
  const std::vector<Line>& lines() const { return lines_; }
  // What is drawn of a line, in the place of its many points.
  QList<QPointF> drawn(std::size_t line) const { return series_[line]->points(); }
  // What is in sight of x.
  double from() const { return x_axis_->min(); }
  double to() const { return x_axis_->max(); }
  const Axis& x_axis() const { return x_; }
  const Axis& y_axis() const { return y_; }

  // What the lines are at an x, one a line of text, with all digits or in short; empty outside the
  // axis.
  QString values_at(double x, bool exactly = false) const;
  // Where names stand, of those lines that have one in sight.
  std::vector<QRectF> label_places() const;

  // Whether dragging with Shift chooses a stretch of x.
  void set_brush(bool on) { has_brush_ = on; }

  // A line across at an x; a locked one is drawn stronger.
  void show_cursor(std::optional<double> x, bool locked);

  void paint(QPainter& painter);

 public Q_SLOTS:
  void reset_zoom();
  // By a factor, around an x.
  void zoom(double factor, double around);

 Q_SIGNALS:
  // The mouse is over an x, or over none; a click or the Space key chose one; an arrow key asks
  // for the next.
  void pointed(std::optional<double> x);
  void chosen(double x);
  void stepped(int direction);
  void brushed(double from, double to);

 protected:
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void show_range(double from, double to);
  void pan(double by);
  void follow_palette();
  void add_series();
  void lay_out();
  void place_names();
  std::vector<QRectF> nameless_lines() const;
  void draw_cursor();
  void draw_brush(double x);
  bool drags_to(QPoint position);
  void stress();
  QPen leader_pen(std::size_t line, QColor colour) const;
  int line_at(QPointF position) const;
  QPointF position_of(QPointF point) const;
  double x_at(QPoint position) const;
  void point_at(QPoint position);

  std::vector<Line> lines_;
  std::vector<QXYSeries*> series_;  // of each line; owned by the chart
  Axis x_;
  Axis y_;
  int selected_ = -1;
  int hovered_ = -1;
  QCategoryAxis* x_axis_;  // owned by the chart
  QCategoryAxis* y_axis_;
  QGraphicsLineItem* cursor_;
  QGraphicsRectItem* brush_;
  std::vector<QGraphicsSimpleTextItem*> names_;  // of each line, null without; owned by the chart
  std::vector<QGraphicsLineItem*> leaders_;      // from a line to its name
  std::vector<bool> ends_at_edge_;               // of each line, as far as it is in sight
  std::optional<double> cursor_x_;
  bool cursor_locked_ = false;
  bool has_brush_ = false;
  bool brushes_ = false;
  bool drags_ = false;
  bool dragged_ = false;
  QPoint pressed_at_;
  QPoint dragged_from_;
};

}  // namespace switchyard::gui
