#include "gui/run_controller.h"

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace switchyard::gui {

struct RunController::Job {
  explicit Job(Scenario what) : scenario(std::move(what)), control(scenario.candidates.size()) {}

  const Scenario scenario;
  CompareControl control;
  std::jthread thread;
};

RunController::RunController(QObject* parent) : QObject(parent) {
  ticks_.setInterval(100);
  connect(&ticks_, &QTimer::timeout, this, &RunController::progressed);
}

RunController::~RunController() {
  blockSignals(true);
  cancel();
  for (const std::shared_ptr<Job>& job : cancelled_) job->thread.join();
}

void RunController::start(const Scenario& scenario) {
  cancel();
  current_ = std::make_shared<Job>(scenario);
  // Kept, by current_ or cancelled_, until the last that it tells has been heard.
  Job* const job = current_.get();
  const auto tell = [this, job](auto what) {
    QMetaObject::invokeMethod(
        this,
        [this, job, what = std::move(what)] {
          if (current_.get() == job) what();
        },
        Qt::QueuedConnection);
  };
  job->control.warn = [this, tell](const std::string& text) {
    tell([this, text] { Q_EMIT warned(QString::fromStdString(text)); });
  };
  job->control.candidate_done = [this, tell](std::size_t i, const CandidateReport& report) {
    auto copy = std::make_shared<const CandidateReport>(report);
    tell([this, i, copy] { Q_EMIT candidate_done(static_cast<int>(i), copy); });
  };
  job->thread = std::jthread([this, job, tell] {
    try {
      auto report = std::make_shared<const Report>(compare(job->scenario, job->control));
      tell([this, report] { Q_EMIT finished(report); });
    } catch (const Interrupted&) {
      // Whoever stopped it knows.
    } catch (const std::exception& error) {
      tell([this, message = QString::fromUtf8(error.what())] { Q_EMIT failed(message); });
    }
    QMetaObject::invokeMethod(
        this, [this, job] { end(job); }, Qt::QueuedConnection);
  });
  ticks_.start();
  Q_EMIT started();
}

void RunController::end(Job* job) {
  job->thread.join();
  if (current_.get() == job) {
    current_ = nullptr;
    ticks_.stop();
    Q_EMIT stopped();
  } else {
    std::erase_if(cancelled_, [&](const auto& one) { return one.get() == job; });
  }
}

void RunController::cancel() {
  if (!current_) return;
  current_->control.stop = true;
  cancelled_.push_back(std::exchange(current_, nullptr));
  ticks_.stop();
  Q_EMIT cancelled();
  Q_EMIT stopped();
}

std::vector<double> RunController::progress() const {
  std::vector<double> shares;
  if (!current_) return shares;
  const CompareControl& control = current_->control;
  const double each = static_cast<double>(control.requests_total) /
                      static_cast<double>(std::max<std::size_t>(1, control.requests_done.size()));
  for (const std::atomic<std::uint64_t>& done : control.requests_done) {
    shares.push_back(each == 0 ? 0 : static_cast<double>(done) / each);
  }
  return shares;
}

double RunController::reading_progress() const {
  if (!current_ || current_->control.bytes_total == 0) return -1;
  return static_cast<double>(current_->control.bytes_done) /
         static_cast<double>(current_->control.bytes_total);
}

}  // namespace switchyard::gui
