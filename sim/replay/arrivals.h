// When requests are issued, in the open, session and closed loop.
#pragma once

#include <optional>
#include <vector>

#include "core/ids.h"
#include "replay/event_queue.h"
#include "replay/options.h"
#include "replay/workload.h"

namespace switchyard {

struct Arrival {
  RequestIndex request = 0;
  // When the client wanted to issue it: latency counts from here, so that a request held up by its
  // session's previous one is not timed too kindly (coordinated omission).
  Nanoseconds intended_ns = 0;
};

class Arrivals : private EventPreview {
 public:
  // In the closed loop, sessions' first requests go to `events` at once.
  // REQUIRES all three to outlive it.
  Arrivals(const ReplayWorkload& workload, const ReplayOptions& options, EventQueue& events);
  ~Arrivals() override;
  Arrivals(const Arrivals&) = delete;
  Arrivals& operator=(const Arrivals&) = delete;

  // When the recording's next request is due; kNever at its end and in the closed loop.
  Nanoseconds next_time() const { return next_time_; }

  // Requests whose kSession event is still to come.
  std::size_t scheduled() const { return scheduled_; }

  // Takes the request that is due. Nothing when its session is still waiting for a response: it
  // then comes by a kSession event.
  std::optional<Arrival> take() {
    const RequestIndex request = cursor_;
    const Nanoseconds time = next_time_;
    advance_cursor();
    if (loop_ == LoopMode::kOpen) return Arrival{request, time};
    if (cursor_ + kAhead < session_.size()) {
      __builtin_prefetch(&sessions_[session_[cursor_ + kAhead]], 1);
    }
    return take_in_session(request, time);
  }

  // The turn of a request that was held back has come (kSession event).
  Arrival resume(RequestIndex request, Nanoseconds now);

  // The response to `request` reaches its client at `response_ns`, now or later.
  void answered(RequestIndex request, Nanoseconds response_ns) {
    if (loop_ != LoopMode::kOpen) answer_session(request, response_ns);
  }

 private:
  // Session loop only.
  struct Session {
    Nanoseconds free_at_ns = 0;    // kNever while a response is awaited
    RequestIndex waiting = kNone;  // passed over, to issue next
  };
  // Requests whose session is fetched into the cache ahead of their turn.
  static constexpr std::size_t kAhead = 16;

  Nanoseconds recorded_time(RequestIndex request) const {
    const Nanoseconds since_start = t_ns_[request] - origin_ns_;
    if (unscaled_) return since_start;
    return static_cast<Nanoseconds>(static_cast<double>(since_start) * gap_scale_ + 0.5);
  }
  void advance_cursor() {
    ++cursor_;
    next_time_ = cursor_ < t_ns_.size() ? recorded_time(cursor_) : kNever;
  }
  void schedule(RequestIndex request, Nanoseconds time) {
    ++scheduled_;
    events_.push({time, EventKind::kSession, request});
  }
  void coming(const Event& event) override;
  std::optional<Arrival> take_in_session(RequestIndex request, Nanoseconds time);
  void answer_session(RequestIndex request, Nanoseconds response_ns);
  Nanoseconds think_time(RequestIndex from, RequestIndex to) const;

  const TraceColumns& columns_;
  std::span<const std::int64_t> t_ns_;
  std::span<const std::int64_t> service_ns_;
  std::span<const std::uint32_t> session_;
  std::span<const RequestIndex> next_in_session_;
  EventQueue& events_;
  LoopMode loop_;
  Nanoseconds origin_ns_;
  bool unscaled_;
  double gap_scale_;
  double think_scale_;
  RequestIndex cursor_ = 0;
  Nanoseconds next_time_ = kNever;
  std::vector<Session> sessions_;
  std::size_t scheduled_ = 0;
};

}  // namespace switchyard
