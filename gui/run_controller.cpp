#include "gui/run_controller.h"

#include <algorithm>

namespace switchyard::gui {

RunController::RunController(QObject* parent) : QObject(parent) {
  ticks_.setInterval(100);
  connect(&ticks_, &QTimer::timeout, this, &RunController::progressed);
  connect(&background_, &Background::failed, this, &RunController::failed);
  connect(&background_, &Background::ended, this, [this] {
    ticks_.stop();
    Q_EMIT stopped();
  });
}

void RunController::start(const Scenario& scenario) {
  cancel();
  background_.start(scenario.candidates.size(), [this, scenario](CompareControl& control,
                                                                 const Background::Tell& tell) {
    control.warn = [this, tell](const std::string& text) {
      tell([this, text] { Q_EMIT warned(QString::fromStdString(text)); });
    };
    control.candidate_done = [this, tell](std::size_t i, const CandidateReport& report) {
      auto copy = std::make_shared<const CandidateReport>(report);
      tell([this, i, copy] { Q_EMIT candidate_done(static_cast<int>(i), copy); });
    };
    auto report = std::make_shared<const Report>(compare(scenario, control));
    tell([this, report] { Q_EMIT finished(report); });
  });
  ticks_.start();
  Q_EMIT started();
}

void RunController::cancel() {
  if (!background_.cancel()) return;
  ticks_.stop();
  Q_EMIT cancelled();
  Q_EMIT stopped();
}

std::vector<double> RunController::progress() const {
  std::vector<double> shares;
  const CompareControl* control = background_.control();
  if (control == nullptr) return shares;
  const double each = static_cast<double>(control->requests_total) /
                      static_cast<double>(std::max<std::size_t>(1, control->requests_done.size()));
  for (const std::atomic<std::uint64_t>& done : control->requests_done) {
    shares.push_back(each == 0 ? 0 : static_cast<double>(done) / each);
  }
  return shares;
}

double RunController::reading_progress() const {
  const CompareControl* control = background_.control();
  if (control == nullptr || control->bytes_total == 0) return -1;
  return static_cast<double>(control->bytes_done) / static_cast<double>(control->bytes_total);
}

}  // namespace switchyard::gui
