// How long the thread of the window was away from its events at the longest: what a user feels.
#pragma once

#include <QBasicTimer>
#include <QObject>

#include <chrono>

namespace switchyard::gui {

class StallWatch : public QObject {
  Q_OBJECT

 public:
  explicit StallWatch(QObject* parent = nullptr);

  // From one tick to the next, of which there is one in kTick where nothing holds them up.
  static constexpr std::chrono::milliseconds kTick{4};
  double longest_ms() const;
  // Forgets what was; counts from now.
  void restart();

 protected:
  void timerEvent(QTimerEvent* event) override;

 private:
  using Clock = std::chrono::steady_clock;

  QBasicTimer timer_;
  Clock::time_point last_;
  Clock::duration longest_{};
};

}  // namespace switchyard::gui
