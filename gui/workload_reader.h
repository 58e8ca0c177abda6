// Reads a workload in the background, to tell what it holds.
#pragma once

#include <QObject>
#include <QString>

#include <memory>
#include <vector>

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
  explicit WorkloadReader(QObject* parent = nullptr) : QObject(parent) {}
  // Waits for what still reads.
  ~WorkloadReader() override;

  // What was being read before is heard of no more.
  void read(const WorkloadSpec& workload, std::uint64_t seed);
  void cancel();
  bool is_reading() const { return current_ != nullptr; }

 Q_SIGNALS:
  void ready(std::shared_ptr<const switchyard::gui::WorkloadView> view);
  void failed(const QString& message);

 private:
  struct Job;

  void end(Job* job);

  std::shared_ptr<Job> current_;
  std::vector<std::shared_ptr<Job>> cancelled_;  // whose threads have not ended yet
};

}  // namespace switchyard::gui
