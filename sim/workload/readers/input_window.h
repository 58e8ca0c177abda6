// A view of the part of an input that is being read: grows at the end, is consumed from the front.
//
// Memory stays bounded: a record that does not fit the limit is the reader's to skip. A last line
// without its end is given one, so that readers need not care.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "workload/byte_source.h"

namespace switchyard {

class InputWindow {
 public:
  // The view holds at most `limit` bytes, at least 1.
  InputWindow(ByteSource& source, std::size_t limit) : source_(source), limit_(limit) {}

  // What has been read and not consumed; valid until the next call of grow().
  std::string_view view() const { return {buffer_.data() + begin_, end_ - begin_}; }
  // Reads more; false at the end of the input, or if the view holds `limit` bytes.
  bool grow();
  bool is_full() const { return end_ - begin_ >= limit_; }
  // REQUIRES size <= view().size().
  void consume(std::size_t size) { begin_ += size; }

 private:
  ByteSource& source_;
  std::size_t limit_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool is_over_ = false;
};

}  // namespace switchyard
