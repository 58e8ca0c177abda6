#include "replay/arrivals.h"

#include <algorithm>

namespace switchyard {

Arrivals::Arrivals(const ReplayWorkload& workload, const ReplayOptions& options, EventQueue& events)
    : columns_(workload.trace.columns()),
      t_ns_(workload.trace.columns().t_ns),
      service_ns_(workload.service_ns),
      session_(workload.trace.columns().session),
      next_in_session_(workload.trace.columns().next_in_session),
      events_(events),
      loop_(options.loop),
      origin_ns_(t_ns_.empty() ? 0 : t_ns_.front()),
      unscaled_(options.speed == 1),
      gap_scale_(1 / options.speed),
      think_scale_(options.think_scale / options.speed),
      sessions_(loop_ == LoopMode::kSession ? workload.trace.session_count() : 0) {
  if (loop_ != LoopMode::kClosed) {
    next_time_ = t_ns_.empty() ? kNever : 0;
    return;
  }
  events_.set_session_preview(this);
  std::vector<bool> started(workload.trace.session_count());
  for (RequestIndex i = 0; i < t_ns_.size(); ++i) {
    if (started[session_[i]]) continue;
    started[session_[i]] = true;
    schedule(i, recorded_time(i));
  }
}

Arrivals::~Arrivals() {
  events_.set_session_preview(nullptr);
}

std::optional<Arrival> Arrivals::take_in_session(RequestIndex request, Nanoseconds time) {
  Session& session = sessions_[session_[request]];
  // A session that already holds back a request finds this one by next_in_session.
  if (session.waiting != kNone) return std::nullopt;
  if (session.free_at_ns > time) {
    session.waiting = request;
    if (session.free_at_ns != kNever) schedule(request, session.free_at_ns);
    return std::nullopt;
  }
  session.free_at_ns = kNever;
  return Arrival{request, time};
}

Arrival Arrivals::resume(RequestIndex request, Nanoseconds now) {
  --scheduled_;
  const RequestIndex next = next_in_session_[request];
  if (loop_ == LoopMode::kClosed) {
    if (next != kNone) __builtin_prefetch(&t_ns_[next]);
    return {request, now};
  }
  Session& session = sessions_[session_[request]];
  session.free_at_ns = kNever;
  session.waiting = next < cursor_ ? next : kNone;
  return {request, recorded_time(request)};
}

void Arrivals::answer_session(RequestIndex request, Nanoseconds response_ns) {
  if (loop_ == LoopMode::kClosed) {
    const RequestIndex next = next_in_session_[request];
    if (next != kNone) schedule(next, response_ns + think_time(request, next));
    return;
  }
  Session& session = sessions_[session_[request]];
  session.free_at_ns = response_ns;
  if (session.waiting != kNone) schedule(session.waiting, response_ns);
}

// In the closed loop with many sessions neighbours in time lie far apart in the trace.
void Arrivals::coming(const Event& event) {
  const std::uint32_t request = event.low();
  __builtin_prefetch(&columns_.op[request]);
  __builtin_prefetch(&session_[request]);
  __builtin_prefetch(&service_ns_[request]);
  __builtin_prefetch(&t_ns_[request]);
  __builtin_prefetch(&next_in_session_[request]);
  if (!columns_.key.empty()) __builtin_prefetch(&columns_.key[request]);
}

Nanoseconds Arrivals::think_time(RequestIndex from, RequestIndex to) const {
  const Nanoseconds gap = std::max<Nanoseconds>(0, t_ns_[to] - t_ns_[from] - service_ns_[from]);
  if (think_scale_ == 1) return gap;
  return static_cast<Nanoseconds>(static_cast<double>(gap) * think_scale_ + 0.5);
}

}  // namespace switchyard
