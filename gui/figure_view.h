// A view that is one chart, and a choice of what it shows.
#pragma once

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QStackedLayout>

#include "gui/chart_view.h"
#include "gui/result_view.h"

namespace switchyard::gui {

class FigureView : public ResultView {
  Q_OBJECT

 public:
  // `name` is that of the chart as an object; that of the choice has "-figure" added.
  FigureView(const QString& caption, const QString& name, const QStringList& figures,
             QWidget* parent = nullptr);

  ChartView& chart() { return *chart_; }
  QComboBox& figure() { return *figure_; }

  // None where there is nothing to show.
  QSize picture_size() const override {
    return pages_->currentWidget() == chart_ ? chart_->size() : QSize();
  }
  void paint_picture(QPainter& painter) override { chart_->paint(painter); }
  // A line for each point of each line that is drawn.
  std::optional<std::string> table_csv() const override;

 protected:
  std::size_t chosen() const;
  // Instead of the chart.
  void show_nothing(const QString& why);
  void show_lines(std::vector<Line> lines, Axis x, Axis y, int selected);
  // For those who can't see it.
  void describe(const QString& text);
  // Beside the choice, and below the chart.
  void add_beside(QWidget* widget);
  void add_below(QWidget* widget);

 private:
  QComboBox* figure_;
  QHBoxLayout* row_;
  ChartView* chart_;
  QLabel* empty_;
  QStackedLayout* pages_;
};

// A line of a candidate, without its points.
Line line_of(const Shown& shown, std::size_t report, const QPalette& palette);

}  // namespace switchyard::gui
