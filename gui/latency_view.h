// How latencies spread: each candidate's percentiles with the tail drawn wide, or the share of its
// requests that were answered within a time.
#pragma once

#include "gui/figure_view.h"

namespace switchyard::gui {

class LatencyView : public FigureView {
  Q_OBJECT

 public:
  enum Figure { kPercentiles, kWithinTime };

  explicit LatencyView(QWidget* parent = nullptr);
  void show_results(const Shown& shown) override;

 private:
  void show_percentiles(const Shown& shown);
  void show_within_time(const Shown& shown);
};

}  // namespace switchyard::gui
