#include "workload/readers/line_reader.h"

namespace switchyard {

std::optional<std::string_view> LineReader::next() {
  window_.consume(taken_);
  taken_ = 0;
  if (was_cut_) drop_rest_of_line();
  was_cut_ = false;
  std::size_t searched = 0;
  for (;;) {
    const std::string_view view = window_.view();
    const std::size_t end = view.find('\n', searched);
    if (end != std::string_view::npos) {
      ++line_;
      taken_ = end + 1;
      const bool has_return = end > 0 && view[end - 1] == '\r';
      return view.substr(0, has_return ? end - 1 : end);
    }
    searched = view.size();
    if (window_.grow()) continue;
    if (!window_.is_full()) return std::nullopt;
    ++line_;
    was_cut_ = true;
    taken_ = view.size();
    return view;
  }
}

void LineReader::drop_rest_of_line() {
  for (;;) {
    const std::string_view view = window_.view();
    const std::size_t end = view.find('\n');
    if (end != std::string_view::npos) return window_.consume(end + 1);
    window_.consume(view.size());
    if (!window_.grow()) return;
  }
}

}  // namespace switchyard
