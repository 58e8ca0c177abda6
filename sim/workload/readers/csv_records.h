// Records of comma-separated values whose quoted fields may span lines, as PostgreSQL and MySQL
// clients write them (RFC 4180). Reads at memory speed: fields are views of the input, copied only
// where a doubled quote has to become one.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workload/readers/input_window.h"

namespace switchyard {

class CsvRecords {
 public:
  static constexpr std::size_t kLimit = std::size_t{1} << 26;

  enum class Result : std::uint8_t {
    kRecord,
    kTooLong,   // longer than the limit
    kUnclosed,  // a quoted field is not closed before the input ends, or goes on after its quote
    kEnd,
  };

  explicit CsvRecords(ByteSource& source, std::size_t limit = kLimit) : window_(source, limit) {}

  // Blank lines are passed over. After kTooLong and kUnclosed nothing has been taken:
  // skip_line() must follow.
  Result next();
  // The last record's, valid until the next call.
  std::span<const std::string_view> fields() const { return fields_; }
  // Where the last record begins, counting from 1.
  std::uint64_t line() const { return line_; }
  // Gives the last record up and goes on behind its first line, up to a line for which
  // `is_start(line)`: a quote too many would otherwise swallow the records that follow.
  template <class IsStart>
  void skip_to(const IsStart& is_start) {
    do {
      skip_line();
    } while (has_line() && !is_start(first_line()));
  }

 private:
  enum class Parse : std::uint8_t { kDone, kNeedMore, kBroken };
  Parse parse();
  Parse parse_quoted(std::string_view view, std::size_t& at);
  void skip_line();
  bool has_line();
  std::string_view first_line() const;

  InputWindow window_;
  std::vector<std::string_view> fields_;
  std::deque<std::string> unescaped_;  // a deque, since fields point into them
  std::size_t unescaped_used_ = 0;
  std::size_t taken_ = 0;  // bytes of the last record, not consumed yet
  std::uint64_t lines_taken_ = 0;
  std::uint64_t line_ = 0;
  std::uint64_t next_line_ = 1;
};

}  // namespace switchyard
