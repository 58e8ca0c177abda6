// When each node was slow: latency by node and time, of one candidate.
#pragma once

#include <QComboBox>
#include <QLabel>
#include <QStackedLayout>

#include <memory>

#include "gui/look_controller.h"
#include "gui/result_view.h"
#include "gui/selection.h"

namespace switchyard::gui {

// The map itself: a row a node, a column a stretch of time, the colour by the logarithm.
class HeatGrid : public QWidget {
  Q_OBJECT

 public:
  explicit HeatGrid(QWidget* parent = nullptr);

  void set(std::shared_ptr<const HeatReport> report, bool tail);
  void paint(QPainter& painter) const;
  // What is known of a cell, for people.
  QString text_of(std::size_t node, std::size_t column) const;

 Q_SIGNALS:
  // A moment in the chosen cell.
  void chosen(qint64 ns);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Cell {
    std::size_t node = 0;
    std::size_t column = 0;
  };
  QRect area() const;
  std::optional<Cell> cell_at(QPoint position) const;
  void choose(const Cell& cell);
  std::int64_t value(std::size_t node, std::size_t column) const;
  QColor colour(std::int64_t ns) const;
  void paint_scale(QPainter& painter) const;

  std::shared_ptr<const HeatReport> report_;
  bool tail_ = true;
  std::int64_t least_ns_ = 1;
  std::int64_t most_ns_ = 1;
  Cell current_;
};

class HeatView : public ResultView {
  Q_OBJECT

 public:
  HeatView(LookController& looks, Selection& selection, QWidget* parent = nullptr);

  void show_results(const Shown& shown) override;
  QSize picture_size() const override { return grid_->size(); }
  void paint_picture(QPainter& painter) override { grid_->paint(painter); }
  std::optional<std::string> table_csv() const override;

  HeatGrid& grid() { return *grid_; }
  const HeatReport* report() const { return report_.get(); }

 private:
  void say(const QString& text);

  LookController& looks_;
  std::shared_ptr<const HeatReport> report_;
  const Scenario* of_ = nullptr;  // what report_ or the one asked for is of
  int candidate_ = -1;
  QLabel* title_;
  QComboBox* figure_;
  HeatGrid* grid_;
  QLabel* message_;
  QStackedLayout* pages_;
};

}  // namespace switchyard::gui
