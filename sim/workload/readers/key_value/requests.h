// Requests of recordings without SQL on their way into a trace: what they lack is invented by
// stated rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "workload/readers/import.h"

namespace switchyard {

class KeyValueRequests {
 public:
  // What the recording tells of each request; else: sessions that requests are dealt to in turn,
  // and reads drawn with ImportOptions::read_share. Throws InputError if that is needed and absent.
  struct Known {
    bool sessions = false;
    bool operations = false;
    bool counts = false;
  };
  KeyValueRequests(std::string_view file, std::string_view source, const ImportOptions& options,
                   Known known);

  struct Request {
    std::uint64_t line = 0;
    std::int64_t time_ns = 0;
    std::string_view session = {};
    Op op = Op::kRead;
    std::string_view key = {};
    std::int64_t bytes = kUnknown;
    Nanoseconds dur_ns = kUnknown;
    std::uint32_t count = 1;
  };
  void add(const Request& request);
  Import& import() { return import_; }
  Trace finish();

 private:
  // A request of the current stamp, with its texts in `texts_`.
  struct Waiting {
    Request request;
    std::size_t session_at = 0;
    std::size_t key_at = 0;
  };
  struct Copy {
    double place = 0;  // within the stamp's time, from 0 to 1
    std::size_t waiting = 0;
  };

  void emit(const Request& request);
  void emit_waiting();
  void emit_copies();
  std::string_view next_session();

  Import import_;
  Known known_;
  std::uint32_t sessions_;
  std::optional<double> read_share_;
  RandomStream random_;
  std::vector<std::string> session_names_;
  std::uint32_t next_session_ = 0;
  std::int64_t latest_ns_ = 0;
  std::vector<Waiting> waiting_;
  std::vector<Copy> copies_;
  std::string texts_;
  std::uint64_t repeated_ = 0;
};

}  // namespace switchyard
