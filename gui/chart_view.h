// A chart as all views show it: lines over two axes with marks of our own, the values under the
// mouse, zoom by wheel and keys, pan by dragging, export.
#pragma once

#include <QtCharts/QCategoryAxis>
#include <QtCharts/QChartView>

#include <functional>
#include <vector>

#include "gui/ticks.h"

namespace switchyard::gui {

struct Line {
  QString name;
  QColor colour;
  std::vector<QPointF> points;  // in the coordinates of the axes, x rising
};

struct Axis {
  QString title;
  double from = 0;
  double to = 1;
  std::function<std::vector<Tick>(double, double)> ticks;
  std::function<QString(double)> text;  // of a value under the mouse
};

class ChartView : public QChartView {
  Q_OBJECT

 public:
  explicit ChartView(QWidget* parent = nullptr);

  // `selected` is drawn stronger than the others; -1: none is.
  void show_lines(std::vector<Line> lines, Axis x, Axis y, int selected);
  const std::vector<Line>& lines() const { return lines_; }
  // What is in sight of x.
  double from() const { return x_axis_->min(); }
  double to() const { return x_axis_->max(); }

  // What the lines are at an x, one a line of text; empty outside the axis.
  QString values_at(double x) const;

  // By its ending, .png (twice the size on the screen) or .svg. Throws InputError.
  void save(const QString& path);

 public Q_SLOTS:
  void reset_zoom();
  // By a factor, around an x.
  void zoom(double factor, double around);

 protected:
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void show_range(double from, double to);
  void follow_palette();
  double x_at(QPoint position) const;
  void show_cursor(QPoint position);

  std::vector<Line> lines_;
  Axis x_;
  Axis y_;
  QCategoryAxis* x_axis_;  // owned by the chart
  QCategoryAxis* y_axis_;
  QGraphicsLineItem* cursor_;
  bool drags_ = false;
  QPoint dragged_from_;
};

}  // namespace switchyard::gui
