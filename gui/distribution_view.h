// Who served what: reads, writes and applies of each node, for one candidate.
#pragma once

#include <QtCharts/QBarCategoryAxis>
#include <QtCharts/QChartView>
#include <QtCharts/QValueAxis>

#include <span>

#include "measure/report.h"

namespace switchyard::gui {

class DistributionView : public QChartView {
  Q_OBJECT

 public:
  explicit DistributionView(QWidget* parent = nullptr);
  // That of the selected candidate, or of the first.
  void show_candidates(std::span<const CandidateReport> candidates, int selected);

 protected:
  void mousePressEvent(QMouseEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  QBarCategoryAxis* nodes_;  // owned by the chart
  QValueAxis* counts_;
};

}  // namespace switchyard::gui
