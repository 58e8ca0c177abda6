// A recorded workload, held in columns with dense ids.
//
// A Trace is immutable and cheap to copy; copies share one storage (vectors, or a mapped file), and
// any number of threads may read it. Requests are ordered by time; equal times keep the order of
// the recording.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/time.h"
#include "workload/asking.h"
#include "workload/op.h"
#include "workload/string_table.h"

namespace switchyard {

// Flags of a request, one bit each, in the order of their letters in the native CSV.
inline constexpr std::string_view kFlagLetters = "RSPEMU";
enum RequestFlag : std::uint8_t {
  kFlagReadOnlyTransaction = 1,
  kFlagSerializable = 2,
  kFlagPrepared = 4,
  kFlagError = 8,
  kFlagMultiStatement = 16,
  kFlagUnknownClass = 32,
};

inline constexpr std::int64_t kUnknown = -1;

// Columns are equally long. An optional column that the recording lacks is empty.
struct TraceColumns {
  std::span<const std::int64_t> t_ns;      // start of the statement, since the epoch, sorted
  std::span<const std::uint32_t> session;  // SessionId
  std::span<const Op> op;
  // The session's next request, or kNone: derived, kept so that no run has to search.
  std::span<const RequestIndex> next_in_session;

  std::span<const std::int64_t> dur_ns;  // service time at the server, or kUnknown
  std::span<const std::uint32_t> key;    // KeyId, or kNone
  std::span<const std::uint32_t> table;  // TableId, or kNone
  std::span<const std::int64_t> bytes;   // or kUnknown
  std::span<const std::int64_t> rows;    // or kUnknown
  std::span<const std::uint32_t> txn;    // unique within the session; 0 = autocommit
  std::span<const std::uint8_t> flags;
  std::span<const std::uint32_t> count;  // repeats at the same instant
  std::span<const std::uint32_t> node;   // where it really ran: index into node names, or kNone
  std::span<const std::uint32_t> stmt;   // index into statement texts, or kNone
  std::span<const std::uint32_t> asked;  // how routers were asked: an Asking, packed
  // The object that the calls of `asked` name, where that is another than the one of `key`: its
  // KeyId and its TableId, or kNone.
  std::span<const std::uint32_t> object;
  std::span<const std::uint32_t> object_table;
};

struct TraceNames {
  StringTableView sessions;
  StringTableView keys;
  StringTableView tables;
  StringTableView nodes;
  StringTableView statements;
};

struct TraceInfo {
  std::int64_t epoch_ns = 0;       // Unix time of t = 0, or 0 for none
  std::string source;              // what recorded it: "pgcsv", "synthetic" …
  std::vector<std::string> notes;  // what was skipped, missing or invented on import
};

class Trace {
 public:
  Trace() = default;
  // `owner` keeps alive what the spans point into.
  Trace(TraceColumns columns, TraceNames names, TraceInfo info, std::shared_ptr<const void> owner)
      : columns_(columns), names_(names), info_(std::move(info)), owner_(std::move(owner)) {}

  std::size_t size() const { return columns_.t_ns.size(); }
  const TraceColumns& columns() const { return columns_; }
  const TraceNames& names() const { return names_; }
  const TraceInfo& info() const { return info_; }
  // At least 1 for a non-empty trace.
  std::size_t session_count() const { return names_.sessions.size(); }
  std::size_t key_count() const { return names_.keys.size(); }
  // From the first start to the last.
  Nanoseconds span_ns() const {
    return size() == 0 ? 0 : columns_.t_ns.back() - columns_.t_ns.front();
  }

 private:
  TraceColumns columns_;
  TraceNames names_;
  TraceInfo info_;
  std::shared_ptr<const void> owner_;
};

// One request as a reader produces it. Absent values keep their defaults.
struct TraceRow {
  std::int64_t t_ns = 0;
  std::string_view session;
  Op op = Op::kOther;
  std::string_view key;
  std::string_view table;
  std::int64_t dur_ns = kUnknown;
  std::int64_t bytes = kUnknown;
  std::int64_t rows = kUnknown;
  std::uint32_t txn = 0;
  std::uint8_t flags = 0;
  std::uint32_t count = 1;
  std::string_view node;
  std::string_view stmt;
  Asking asked;
  std::string_view object;
  std::string_view object_table;
};

// Collects rows and makes a Trace of them; a column in which no row had a value stays absent.
class TraceBuilder {
 public:
  // Rows may come in any order; finish() sorts them by time, keeping the order of equal times.
  void add(const TraceRow& row);
  std::size_t size() const;
  // What becomes known of an earlier row only later. REQUIRES row < size().
  void set_time(std::size_t row, std::int64_t t_ns);
  void set_transaction(std::size_t row, std::uint32_t txn);
  // Rows of equal time shall be ordered by their sessions' names, and only then as they came: logs
  // of concurrent sessions are written in no certain order.
  void order_ties_by_session();
  // Adds a request of a synthetic workload, whose sessions and keys are named by numbers.
  void add_numbered(std::int64_t t_ns, std::uint32_t session, Op op, std::uint32_t key,
                    std::int64_t dur_ns);
  void reserve(std::size_t rows);
  // Makes the earliest request's time 0 and returns what it was.
  std::int64_t move_epoch_to_first();
  // The builder is empty afterwards. Throws InputError at more than 4294967294 requests.
  Trace finish(TraceInfo info);

  TraceBuilder();
  ~TraceBuilder();
  TraceBuilder(TraceBuilder&&) noexcept;
  TraceBuilder& operator=(TraceBuilder&&) noexcept;

 private:
  struct Storage;
  std::shared_ptr<Storage> storage_;
};

// A request as a reader would have produced it; its names lie in the trace.
TraceRow row_of(const Trace& trace, std::size_t i);

// The trace with a request for each that a row stands for (`count`), one after the other.
Trace expand_repeats(const Trace& trace);

// Fills next_in_session from the session column.
std::vector<RequestIndex> link_sessions(std::span<const std::uint32_t> session,
                                        std::size_t session_count);

// SHA-256 over the content of all columns and names, in hex: the same for a CSV file and for the
// binary file made of it.
std::string content_hash(const Trace& trace);

}  // namespace switchyard
