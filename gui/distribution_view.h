// Who served what: reads, writes and applies of each node, for one candidate.
#pragma once

#include "gui/bar_chart.h"
#include "gui/result_view.h"

namespace switchyard::gui {

class DistributionView : public ResultView {
  Q_OBJECT

 public:
  explicit DistributionView(QWidget* parent = nullptr);
  // That of the selected candidate, or of the first.
  void show_results(const Shown& shown) override;
  QSize picture_size() const override {
    return chart_->categories().isEmpty() ? QSize() : chart_->size();
  }
  void paint_picture(QPainter& painter) override { chart_->paint(painter); }
  std::optional<std::string> table_csv() const override;

 private:
  BarChart* chart_;
};

}  // namespace switchyard::gui
