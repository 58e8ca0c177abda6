// What a decision of each strategy costs, measured on this machine.
#pragma once

#include "gui/bar_chart.h"
#include "gui/result_view.h"

namespace switchyard::gui {

class OverheadView : public ResultView {
  Q_OBJECT

 public:
  explicit OverheadView(QWidget* parent = nullptr);
  void show_results(const Shown& shown) override;
  QSize picture_size() const override {
    return chart_->categories().isEmpty() ? QSize() : chart_->size();
  }
  void paint_picture(QPainter& painter) override { chart_->paint(painter); }
  std::optional<std::string> table_csv() const override { return chart_->to_csv("strategy"); }

 private:
  BarChart* chart_;
};

}  // namespace switchyard::gui
