#include "workload/readers/key_value/requests.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace switchyard {
namespace {

constexpr std::uint32_t kDefaultSessions = 1'000;
// Seconds of Unix time are larger since 2001; smaller ones count from some beginning.
constexpr std::int64_t kEarliestUnixTime = 1'000'000'000 * kSecond;

}  // namespace

KeyValueRequests::KeyValueRequests(std::string_view file, std::string_view source,
                                   const ImportOptions& options, Known known)
    : import_(file, source, options),
      known_(known),
      sessions_(options.sessions.value_or(kDefaultSessions)),
      read_share_(options.read_share),
      random_(0, RandomPurpose::kImport) {
  // What was asked for goes before what the recording has.
  if (options.sessions) known_.sessions = false;
  if (!known_.operations && !read_share_) {
    throw InputError(fmt::format(
        "{}: does not tell reads from writes; say what share of its requests are reads, as in "
        "--read-share 0.9",
        file));
  }
  import_.set_unordered();
}

void KeyValueRequests::add(const Request& request) {
  latest_ns_ = std::max(latest_ns_, request.time_ns);
  if (!known_.counts) return emit(request);
  if (!waiting_.empty() && waiting_.front().request.time_ns != request.time_ns) emit_waiting();
  waiting_.push_back({request, texts_.size(), texts_.size() + request.session.size()});
  texts_ += request.session;
  texts_ += request.key;
}

void KeyValueRequests::emit(const Request& request) {
  Op op = request.op;
  if (!known_.operations) op = random_.next_unit() < *read_share_ ? Op::kRead : Op::kWrite;
  import_.add({.session = known_.sessions ? request.session : next_session(),
               .line = request.line,
               .stamp_ns = request.time_ns,
               .dur_ns = request.dur_ns,
               .bytes = request.bytes},
              op, {}, request.key);
}

std::string_view KeyValueRequests::next_session() {
  if (next_session_ == sessions_) next_session_ = 0;
  if (next_session_ == session_names_.size()) {
    session_names_.push_back(std::to_string(next_session_ + 1));
  }
  return session_names_[next_session_++];
}

void KeyValueRequests::emit_waiting() {
  for (Waiting& waiting : waiting_) {
    Request& request = waiting.request;
    const std::string_view texts = texts_;
    request.session = texts.substr(waiting.session_at, request.session.size());
    request.key = texts.substr(waiting.key_at, request.key.size());
  }
  const bool has_copies = std::ranges::any_of(
      waiting_, [](const Waiting& waiting) { return waiting.request.count != 1; });
  if (has_copies) {
    emit_copies();
  } else {
    for (const Waiting& waiting : waiting_) emit(waiting.request);
  }
  waiting_.clear();
  texts_.clear();
}

// Each one's copies evenly over the stamp's time, in between those of the others: the import gives
// times to requests of one stamp in the order in which they come.
void KeyValueRequests::emit_copies() {
  copies_.clear();
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const std::uint32_t count = waiting_[i].request.count;
    if (count > 1) ++repeated_;
    for (std::uint32_t copy = 0; copy < count; ++copy) {
      copies_.push_back({(copy + 0.5) / count, i});
    }
  }
  std::ranges::stable_sort(copies_, {}, &Copy::place);
  for (const Copy& copy : copies_) emit(waiting_[copy.waiting].request);
}

Trace KeyValueRequests::finish() {
  emit_waiting();
  if (latest_ns_ < kEarliestUnixTime) import_.set_relative_times();
  if (!known_.sessions) {
    import_.note(
        fmt::format("invented: requests are dealt to {} sessions in turn (--sessions)", sessions_));
  }
  if (!known_.operations) {
    import_.note(fmt::format(
        "invented: reads and writes are drawn, a share of {} being reads (--read-share)",
        *read_share_));
  }
  if (repeated_ > 0) {
    import_.note(fmt::format(
        "invented: {} rows stand for several requests, which are spread over the row's second",
        repeated_));
  }
  return import_.finish("request");
}

}  // namespace switchyard
