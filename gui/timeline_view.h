// What happened over time: latency, queues, replication lag or stale reads of each candidate.
#pragma once

#include <QComboBox>
#include <QWidget>

#include <span>
#include <vector>

#include "gui/chart_view.h"
#include "measure/report.h"

namespace switchyard::gui {

class TimelineView : public QWidget {
  Q_OBJECT

 public:
  explicit TimelineView(QWidget* parent = nullptr);
  void show_candidates(std::span<const CandidateReport> candidates, int selected);

  ChartView& chart() { return *chart_; }
  QComboBox& figure() { return *figure_; }

 private:
  void draw();

  std::vector<CandidateReport> candidates_;
  int selected_ = -1;
  QComboBox* figure_;
  ChartView* chart_;
};

}  // namespace switchyard::gui
