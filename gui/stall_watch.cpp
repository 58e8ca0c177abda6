#include "gui/stall_watch.h"

#include <algorithm>

namespace switchyard::gui {

StallWatch::StallWatch(QObject* parent) : QObject(parent) {
  timer_.start(static_cast<int>(kTick.count()), Qt::PreciseTimer, this);
  restart();
}

double StallWatch::longest_ms() const {
  return std::chrono::duration<double, std::milli>(longest_).count();
}

void StallWatch::restart() {
  last_ = Clock::now();
  longest_ = {};
}

void StallWatch::timerEvent(QTimerEvent* /*event*/) {
  const Clock::time_point now = Clock::now();
  longest_ = std::max(longest_, now - last_);
  last_ = now;
}

}  // namespace switchyard::gui
