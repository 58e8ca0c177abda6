// Reads a workload in the background, to tell what it holds.
#pragma once

#include <QObject>
#include <QString>

#include <memory>

#include "gui/background.h"
#include "scenario/scenario.h"
#include "workload/summary.h"

namespace switchyard::gui {

// Of the whole recording, whatever part of it is replayed.
struct WorkloadView {
  TraceSummary summary;
  RateOverTime rate;
};

class WorkloadReader : public QObject {
  Q_OBJECT

 public:
  // Waits, at its end, for what still reads.
  explicit WorkloadReader(QObject* parent = nullptr);

  // What was being read before is heard of no more.
  void read(const WorkloadSpec& workload, std::uint64_t seed);
  void cancel() { background_.cancel(); }
  bool is_reading() const { return background_.control() != nullptr; }

 Q_SIGNALS:
  void ready(std::shared_ptr<const switchyard::gui::WorkloadView> view);
  void failed(const QString& message);

 private:
  Background background_;
};

}  // namespace switchyard::gui
