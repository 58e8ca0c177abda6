// Lines of an input, however long it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "workload/readers/input_window.h"

namespace switchyard {

class LineReader {
 public:
  static constexpr std::size_t kLimit = std::size_t{1} << 24;

  explicit LineReader(ByteSource& source, std::size_t limit = kLimit) : window_(source, limit) {}

  // The next line without its end (LF or CR LF), valid until the next call; nothing at the end of
  // the input. Of a line longer than the limit, its beginning: was_cut() tells.
  std::optional<std::string_view> next();
  // Of the last line, counting from 1.
  std::uint64_t line() const { return line_; }
  bool was_cut() const { return was_cut_; }

 private:
  void drop_rest_of_line();

  InputWindow window_;
  std::size_t taken_ = 0;  // bytes of the last line, not consumed yet
  std::uint64_t line_ = 0;
  bool was_cut_ = false;
};

}  // namespace switchyard
