#include "gui/background.h"

#ifdef __linux__
#include <sys/resource.h>
#endif

#include <utility>

#include "core/error.h"

namespace switchyard::gui {
namespace {

// The work takes all cores, and a window must answer meanwhile. Of this thread and those that it
// starts; only Linux has it of a thread, elsewhere it would be of the whole program.
void let_others_go_first() {
#ifdef __linux__
  constexpr int kNice = 10;
  setpriority(PRIO_PROCESS, 0, kNice);
#endif
}

}  // namespace

Background::~Background() {
  blockSignals(true);
  cancel();
  for (const std::shared_ptr<Job>& job : cancelled_) job->thread.join();
}

void Background::start(std::size_t candidates, Work work) {
  cancel();
  current_ = std::make_shared<Job>(candidates);
  // Kept, by current_ or cancelled_, until the last that it tells has been heard.
  Job* const job = current_.get();
  const Tell tell = [this, job](std::function<void()> what) {
    QMetaObject::invokeMethod(
        this,
        [this, job, what = std::move(what)] {
          if (current_.get() == job) what();
        },
        Qt::QueuedConnection);
  };
  job->thread = std::jthread([this, job, tell, work = std::move(work)] {
    let_others_go_first();
    QString failure;
    try {
      work(job->control, tell);
    } catch (const Interrupted&) {
      // Whoever stopped it knows.
    } catch (const std::exception& error) {
      failure = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        this, [this, job, failure] { end(job, failure); }, Qt::QueuedConnection);
  });
}

void Background::end(Job* job, const QString& failure) {
  job->thread.join();
  if (current_.get() != job) {
    std::erase_if(cancelled_, [&](const auto& one) { return one.get() == job; });
    return;
  }
  current_ = nullptr;
  if (!failure.isEmpty()) Q_EMIT failed(failure);
  // Whoever heard that may have started something else.
  if (!current_) Q_EMIT ended();
}

bool Background::cancel() {
  if (!current_) return false;
  current_->control.stop = true;
  cancelled_.push_back(std::exchange(current_, nullptr));
  return true;
}

}  // namespace switchyard::gui
