// Work in a thread of its own, of which only the latest is heard.
#pragma once

#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "measure/compare.h"

namespace switchyard::gui {

class Background : public QObject {
  Q_OBJECT

 public:
  // Has something done in the thread of this object, unless the work has been cancelled by then.
  using Tell = std::function<void(std::function<void()>)>;
  using Work = std::function<void(CompareControl&, const Tell&)>;

  explicit Background(QObject* parent = nullptr) : QObject(parent) {}
  // Waits for what still runs.
  ~Background() override;

  // Cancels what is under way. `candidates`: as CompareControl has it. What the work throws is told
  // by failed() once nothing runs any more, unless it was cancelled.
  void start(std::size_t candidates, Work work);
  // At once: nothing more is heard of it. Whether there was anything to cancel.
  bool cancel();
  // Of what is under way, or null.
  const CompareControl* control() const { return current_ ? &current_->control : nullptr; }

 Q_SIGNALS:
  void failed(const QString& message);
  // It has come to its end, well or not; not if it was cancelled.
  void ended();

 private:
  struct Job {
    explicit Job(std::size_t candidates) : control(candidates) {}
    CompareControl control;
    std::jthread thread;
  };
  void end(Job* job, const QString& failure);

  std::shared_ptr<Job> current_;
  std::vector<std::shared_ptr<Job>> cancelled_;  // whose threads have not ended yet
};

}  // namespace switchyard::gui
