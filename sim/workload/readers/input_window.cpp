#include "workload/readers/input_window.h"

#include <algorithm>
#include <cstring>

namespace switchyard {

bool InputWindow::grow() {
  static constexpr std::size_t kFirstSize = std::size_t{1} << 18;
  if (is_full() || is_over_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) {
    buffer_.resize(std::min(limit_, std::max(kFirstSize, 2 * buffer_.size())));
  }
  const std::size_t n = source_.read(std::span(buffer_).subspan(end_));
  end_ += n;
  if (n > 0) return true;
  is_over_ = true;
  if (end_ == 0 || buffer_[end_ - 1] == '\n') return false;
  buffer_[end_++] = '\n';
  return true;
}

}  // namespace switchyard
