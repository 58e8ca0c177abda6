// What routers answered to each session's latest calls, of which a later statement may run where an
// earlier one of the same operation was sent.
#pragma once

#include <array>
#include <vector>

#include "core/ids.h"
#include "workload/asking.h"

namespace switchyard {

class AnswerMemory {
 public:
  explicit AnswerMemory(std::size_t sessions) : sessions_(sessions) {}

  // The answer to its next call: kNoNode if that named no node.
  void add(std::uint32_t session, NodeId node) {
    Session& s = sessions_[session];
    s.answers[s.next] = node;
    s.next = (s.next + 1) % Asking::kMostRemembered;
  }
  // The answer `back` calls ago, 1 being the latest; kNoNode if there was none. REQUIRES back to be
  // from 1 to Asking::kMostRemembered.
  NodeId& answer(std::uint32_t session, std::size_t back) {
    Session& s = sessions_[session];
    return s.answers[(s.next + Asking::kMostRemembered - back) % Asking::kMostRemembered];
  }

 private:
  struct Session {
    Session() { answers.fill(kNoNode); }
    std::array<NodeId, Asking::kMostRemembered> answers;
    std::size_t next = 0;
  };
  std::vector<Session> sessions_;
};

}  // namespace switchyard
