// What was answered to each session's latest calls, of which a later statement may run where an
// earlier one of the same operation was sent.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "workload/asking.h"

namespace switchyard {

template <class Answer>
class AnswerMemory {
 public:
  // `none`: the answer to a call that was never made.
  AnswerMemory(std::size_t sessions, const Answer& none) : sessions_(sessions, Session(none)) {}

  // The answer to its next call.
  void add(std::uint32_t session, Answer answer) {
    Session& s = sessions_[session];
    s.answers[s.next] = std::move(answer);
    s.next = (s.next + 1) % Asking::kMostRemembered;
  }
  // The answer `back` calls ago, 1 being the latest. REQUIRES back to be from 1 to
  // Asking::kMostRemembered.
  Answer& answer(std::uint32_t session, std::size_t back) {
    Session& s = sessions_[session];
    return s.answers[(s.next + Asking::kMostRemembered - back) % Asking::kMostRemembered];
  }

 private:
  struct Session {
    explicit Session(const Answer& none) { answers.fill(none); }
    std::array<Answer, Asking::kMostRemembered> answers;
    std::size_t next = 0;
  };
  std::vector<Session> sessions_;
};

}  // namespace switchyard
