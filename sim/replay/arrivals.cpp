#include "replay/arrivals.h"

#include <algorithm>

namespace switchyard {

Arrivals::Arrivals(const ReplayWorkload& workload, const ReplayOptions& options, EventQueue& events)
    : t_ns_(workload.trace.columns().t_ns),
      service_ns_(workload.service_ns),
      session_(workload.trace.columns().session),
      next_in_session_(workload.trace.columns().next_in_session),
      events_(events),
      loop_(options.loop),
      origin_ns_(t_ns_.empty() ? 0 : t_ns_.front()),
      unscaled_(options.speed == 1),
      gap_scale_(1 / options.speed),
      think_scale_(options.think_scale / options.speed),
      sessions_(loop_ == LoopMode::kOpen ? 0 : workload.trace.session_count()) {
  if (loop_ != LoopMode::kClosed) {
    next_time_ = t_ns_.empty() ? kNever : 0;
    return;
  }
  for (RequestIndex i = 0; i < t_ns_.size(); ++i) {
    Session& session = sessions_[session_[i]];
    if (session.waiting != kNone) continue;
    session.waiting = i;
    schedule(session_[i], recorded_time(i));
  }
}

std::optional<Arrival> Arrivals::take_in_session(RequestIndex request, Nanoseconds time) {
  Session& session = sessions_[session_[request]];
  // A session that already holds back a request finds this one by next_in_session.
  if (session.waiting != kNone) return std::nullopt;
  if (session.free_at_ns > time) {
    session.waiting = request;
    if (session.free_at_ns != kNever) schedule(session_[request], session.free_at_ns);
    return std::nullopt;
  }
  session.free_at_ns = kNever;
  return Arrival{request, time};
}

Arrival Arrivals::resume(SessionId id, Nanoseconds now) {
  Session& session = sessions_[index(id)];
  const RequestIndex request = session.waiting;
  const RequestIndex next = next_in_session_[request];
  session.free_at_ns = kNever;
  if (loop_ == LoopMode::kClosed) {
    session.waiting = next;
    return {request, now};
  }
  session.waiting = next < cursor_ ? next : kNone;
  return {request, recorded_time(request)};
}

void Arrivals::answer_session(RequestIndex request, Nanoseconds response_ns) {
  Session& session = sessions_[session_[request]];
  session.free_at_ns = response_ns;
  if (session.waiting == kNone) return;
  const Nanoseconds think =
      loop_ == LoopMode::kClosed ? think_time(request, session.waiting) : Nanoseconds{0};
  schedule(session_[request], response_ns + think);
}

Nanoseconds Arrivals::think_time(RequestIndex from, RequestIndex to) const {
  const Nanoseconds gap = std::max<Nanoseconds>(0, t_ns_[to] - t_ns_[from] - service_ns_[from]);
  if (think_scale_ == 1) return gap;
  return static_cast<Nanoseconds>(static_cast<double>(gap) * think_scale_ + 0.5);
}

}  // namespace switchyard
