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

class Arrivals {
 public:
  // In the closed loop, sessions' first requests go to `events` at once.
  Arrivals(const ReplayWorkload& workload, const ReplayOptions& options, EventQueue& events);

  // When the recording's next request is due; kNever at its end and in the closed loop.
  Nanoseconds next_time() const { return next_time_; }

  // Takes the request that is due. Nothing when its session is still waiting for a response: it
  // then comes by a kSession event.
  std::optional<Arrival> take() {
    const RequestIndex request = cursor_;
    const Nanoseconds time = next_time_;
    advance_cursor();
    if (loop_ == LoopMode::kOpen) return Arrival{request, time};
    return take_in_session(request, time);
  }

  // The session's turn has come (kSession event).
  Arrival resume(SessionId session, Nanoseconds now);

  // The response to `request` reaches its client at `response_ns`, now or later.
  void answered(RequestIndex request, Nanoseconds response_ns) {
    if (loop_ != LoopMode::kOpen) answer_session(request, response_ns);
  }

 private:
  struct Session {
    Nanoseconds free_at_ns = 0;    // kNever while a response is awaited
    RequestIndex waiting = kNone;  // request to issue next: passed over, or closed loop
  };

  Nanoseconds recorded_time(RequestIndex request) const {
    const Nanoseconds since_start = t_ns_[request] - origin_ns_;
    if (unscaled_) return since_start;
    return static_cast<Nanoseconds>(static_cast<double>(since_start) * gap_scale_ + 0.5);
  }
  void advance_cursor() {
    ++cursor_;
    next_time_ = cursor_ < t_ns_.size() ? recorded_time(cursor_) : kNever;
  }
  void schedule(std::uint32_t session, Nanoseconds time) {
    events_.push({time, EventKind::kSession, session});
  }
  std::optional<Arrival> take_in_session(RequestIndex request, Nanoseconds time);
  void answer_session(RequestIndex request, Nanoseconds response_ns);
  Nanoseconds think_time(RequestIndex from, RequestIndex to) const;

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
};

}  // namespace switchyard
