// The part of the run that all figures count: a strip of its arrivals on which it is chosen, the
// range in words, and the way back to all of it.
#pragma once

#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QWidget>

#include <memory>

#include "gui/rate_strip.h"
#include "gui/selection.h"
#include "measure/report.h"
#include "scenario/scenario.h"

namespace switchyard::gui {

class MeasuredRange : public QWidget {
  Q_OBJECT

 public:
  // Asks for ranges by way of the selection, which must outlive it.
  explicit MeasuredRange(Selection& selection, QWidget* parent = nullptr);

  // What is shown from now on comes from that scenario; null: from reports, which can't be measured
  // anew, so that there is nothing to choose.
  void begin(std::shared_ptr<const Scenario> scenario);
  // Of any candidate of it.
  void set(const CandidateReport& report);

 private:
  void ask(const TimeRange& range);
  void show_range(const TimeRange& range);

  Selection& selection_;
  std::shared_ptr<const Scenario> scenario_;
  bool wants_rate_ = true;
  TimeRange asked_;  // by keys, until they rest
  QTimer resting_;
  RateStrip* strip_;
  QLabel* words_;
  QPushButton* all_;
};

}  // namespace switchyard::gui
