// When each session ends: with the last answer that it gets, which need not be its last request's.
#pragma once

#include <algorithm>
#include <vector>

#include "core/time.h"
#include "replay/event_queue.h"
#include "workload/trace.h"

namespace switchyard {

class SessionEnds {
 public:
  // `wanted`: whether any router is told. REQUIRES both others to outlive it.
  SessionEnds(const TraceColumns& columns, std::size_t sessions, bool wanted, EventQueue& events)
      : columns_(columns), events_(events), sessions_(wanted ? sessions : 0) {
    if (!wanted) return;
    for (const std::uint32_t session : columns.session) ++sessions_[session].unanswered;
  }

  // The final answer comes at `response_ns`, now or later. kSessionEnd follows the last one.
  void answered(RequestIndex request, Nanoseconds response_ns) {
    if (sessions_.empty()) return;
    Session& session = sessions_[columns_.session[request]];
    session.last_answer_ns = std::max(session.last_answer_ns, response_ns);
    if (--session.unanswered > 0) return;
    events_.push({session.last_answer_ns, EventKind::kSessionEnd, columns_.session[request]});
  }

 private:
  struct Session {
    std::uint32_t unanswered = 0;
    Nanoseconds last_answer_ns = 0;
  };

  const TraceColumns& columns_;
  EventQueue& events_;
  std::vector<Session> sessions_;
};

}  // namespace switchyard
