// Runs comparisons in the background and tells of them in the thread of the window.
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>

#include <memory>
#include <vector>

#include "gui/background.h"
#include "measure/compare.h"

namespace switchyard::gui {

class RunController : public QObject {
  Q_OBJECT

 public:
  // Waits, at its end, for what still runs.
  explicit RunController(QObject* parent = nullptr);

  // A run that is under way is cancelled first.
  void start(const Scenario& scenario);
  // At once: what the run still does is heard of no more.
  void cancel();
  bool is_running() const { return background_.control() != nullptr; }

  // Of each candidate of the run, from 0 to 1.
  std::vector<double> progress() const;
  // Of the recording, which is read first; negative where its size is not known.
  double reading_progress() const;

 Q_SIGNALS:
  void started();
  void progressed();
  void warned(const QString& text);
  void candidate_done(int candidate, std::shared_ptr<const switchyard::CandidateReport> report);
  void finished(std::shared_ptr<const switchyard::Report> report);
  void failed(const QString& message);
  void cancelled();
  // After each of the last three: nothing runs.
  void stopped();

 private:
  QTimer ticks_;
  Background background_;
};

}  // namespace switchyard::gui
