#include "gui/workload_reader.h"

#include <atomic>
#include <thread>
#include <utility>

#include "core/error.h"
#include "workload/open_trace.h"
#include "workload/synthetic.h"

namespace switchyard::gui {
namespace {

// About as many as a strip is wide: shorter stretches would show chance, not load.
constexpr std::size_t kStretches = 300;

}  // namespace

struct WorkloadReader::Job {
  std::atomic<bool> stop{false};
  std::jthread thread;
};

WorkloadReader::~WorkloadReader() {
  blockSignals(true);
  cancel();
  for (const std::shared_ptr<Job>& job : cancelled_) job->thread.join();
}

void WorkloadReader::read(const WorkloadSpec& workload, std::uint64_t seed) {
  cancel();
  current_ = std::make_shared<Job>();
  // Kept, by current_ or cancelled_, until the last that it tells has been heard.
  Job* const job = current_.get();
  const auto tell = [this, job](auto what) {
    QMetaObject::invokeMethod(
        this,
        [this, job, what = std::move(what)] {
          const bool is_heard = current_.get() == job;
          end(job);
          if (is_heard) what();
        },
        Qt::QueuedConnection);
  };
  job->thread = std::jthread([this, job, tell, workload, seed] {
    try {
      ImportOptions import = workload.import;
      const auto check = [job](std::uint64_t, std::uint64_t) {
        if (job->stop) throw Interrupted();
      };
      import.on_progress = check;
      const Trace trace = workload.synthetic ? generate(*workload.synthetic, seed)
                                             : open_trace(workload.trace, import);
      check(0, 0);
      auto view = std::make_shared<WorkloadView>();
      view->rate = rate_over_time(trace, kStretches);
      check(0, 0);
      view->summary = summarize(trace);
      tell([this, view] { Q_EMIT ready(view); });
    } catch (const Interrupted&) {
      tell([] {});
    } catch (const std::exception& error) {
      tell([this, message = QString::fromUtf8(error.what())] { Q_EMIT failed(message); });
    }
  });
}

void WorkloadReader::end(Job* job) {
  job->thread.join();
  if (current_.get() == job) {
    current_ = nullptr;
  } else {
    std::erase_if(cancelled_, [&](const auto& one) { return one.get() == job; });
  }
}

void WorkloadReader::cancel() {
  if (!current_) return;
  current_->stop = true;
  cancelled_.push_back(std::exchange(current_, nullptr));
}

}  // namespace switchyard::gui
