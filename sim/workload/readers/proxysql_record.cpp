#include "workload/readers/proxysql_record.h"

#include <algorithm>

namespace switchyard {
namespace {

using State = ProxysqlParse::State;

// Unix time in microseconds, of the years 2001 to 2128.
constexpr std::uint64_t kEarliestUs = 1'000'000'000'000'000;
constexpr std::uint64_t kLatestUs = 5'000'000'000'000'000;
// No packet of a client is longer.
constexpr std::uint64_t kLongest = std::uint64_t{1} << 30;
// The length in front counts the client's statement where there is none.
constexpr std::uint64_t kLengthError = 2;
constexpr int kRecordsToTry = 50;

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  State state() const { return state_; }
  std::size_t position() const { return at_; }

  std::uint64_t fixed(std::size_t size) {
    if (state_ != State::kDone) return 0;
    if (bytes_.size() - at_ < size) {
      state_ = State::kNeedsMore;
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(bytes_[at_ + i])} << (8 * i);
    }
    at_ += size;
    return value;
  }

  // MySQL's length-encoded integer.
  std::uint64_t integer() {
    const std::uint64_t first = fixed(1);
    if (first < 0xFB) return first;
    if (first == 0xFC) return fixed(2);
    if (first == 0xFD) return fixed(3);
    if (first == 0xFE) return fixed(8);
    fail();
    return 0;
  }

  std::string_view string() {
    const std::uint64_t size = integer();
    if (size > kLongest) fail();
    if (state_ != State::kDone) return {};
    if (bytes_.size() - at_ < size) {
      state_ = State::kNeedsMore;
      return {};
    }
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }

  void expect(bool condition) {
    if (!condition && state_ == State::kDone) fail();
  }

 private:
  void fail() {
    if (state_ == State::kDone) state_ = State::kBroken;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  State state_ = State::kDone;
};

}  // namespace

ProxysqlParse parse_proxysql_record(std::string_view bytes, ProxysqlRecord::Layout layout) {
  using Event = ProxysqlRecord::Event;
  ProxysqlParse parse;
  ProxysqlRecord& record = parse.record;
  Cursor cursor(bytes);
  const std::uint64_t length = cursor.fixed(8);
  cursor.expect(length < kLongest);
  record.event = static_cast<Event>(cursor.fixed(1));
  cursor.expect(record.event == Event::kQuery || record.event == Event::kExecute ||
                record.event == Event::kPrepare);
  record.thread = cursor.integer();
  cursor.string();  // user
  cursor.string();  // schema
  cursor.string();  // client
  const std::uint64_t hostgroup = cursor.integer();
  if (hostgroup != UINT64_MAX) record.server = cursor.string();
  record.start_us = cursor.integer();
  record.end_us = cursor.integer();
  cursor.expect(record.start_us >= kEarliestUs && record.end_us <= kLatestUs &&
                record.start_us <= record.end_us);
  if (record.event != Event::kQuery) cursor.integer();  // the client's statement
  record.rows_affected = cursor.integer();
  if (layout == ProxysqlRecord::Layout::kWithInsertId) cursor.integer();
  record.rows_sent = cursor.integer();
  cursor.integer();  // digest
  record.query = cursor.string();
  const std::uint64_t taken = cursor.position() - std::min<std::size_t>(cursor.position(), 8);
  cursor.expect(taken + kLengthError >= length && taken <= length + kLengthError);
  parse.state = cursor.state();
  record.size = cursor.position();
  return parse;
}

std::optional<ProxysqlRecord::Layout> proxysql_layout(std::string_view head) {
  using Layout = ProxysqlRecord::Layout;
  std::optional<Layout> best;
  int most = 0;
  for (const Layout layout : {Layout::kWithInsertId, Layout::kWithoutInsertId}) {
    std::string_view rest = head;
    int records = 0;
    while (records < kRecordsToTry) {
      const ProxysqlParse parse = parse_proxysql_record(rest, layout);
      if (parse.state != State::kDone) break;
      rest.remove_prefix(parse.record.size);
      ++records;
    }
    if (records > most) best = layout;
    most = std::max(most, records);
  }
  return best;
}

}  // namespace switchyard
