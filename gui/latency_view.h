// How latencies spread: each candidate's percentiles, the tail drawn wide.
#pragma once

#include "gui/chart_view.h"
#include "measure/report.h"

namespace switchyard::gui {

class LatencyView : public ChartView {
  Q_OBJECT

 public:
  explicit LatencyView(QWidget* parent = nullptr);
  void show_candidates(std::span<const CandidateReport> candidates, int selected);
};

}  // namespace switchyard::gui
