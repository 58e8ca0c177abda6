#include "workload/readers/csv_records.h"

#include <algorithm>
#include <utility>

namespace switchyard {

CsvRecords::Result CsvRecords::next() {
  for (;;) {
    window_.consume(std::exchange(taken_, 0));
    next_line_ += std::exchange(lines_taken_, 0);
    line_ = next_line_;
    Parse parsed = parse();
    while (parsed == Parse::kNeedMore && window_.grow()) parsed = parse();
    if (parsed == Parse::kBroken) return Result::kUnclosed;
    if (parsed == Parse::kNeedMore) {
      if (window_.is_full()) return Result::kTooLong;
      return window_.view().empty() ? Result::kEnd : Result::kUnclosed;
    }
    if (fields_.size() > 1 || !fields_.front().empty()) return Result::kRecord;
  }
}

// At the end of the input the last record may lack its line end: it is complete if nothing follows,
// which only a further attempt to grow can tell.
CsvRecords::Parse CsvRecords::parse() {
  fields_.clear();
  unescaped_used_ = 0;
  lines_taken_ = 0;
  const std::string_view view = window_.view();
  std::size_t at = 0;
  for (;;) {
    if (at < view.size() && view[at] == '"') {
      const Parse quoted = parse_quoted(view, at);
      if (quoted != Parse::kDone) return quoted;
    } else {
      const std::size_t begin = at;
      while (at < view.size() && view[at] != ',' && view[at] != '\n') ++at;
      if (at == view.size()) return Parse::kNeedMore;
      const bool has_return = view[at] == '\n' && at > begin && view[at - 1] == '\r';
      fields_.push_back(view.substr(begin, at - begin - (has_return ? 1 : 0)));
    }
    if (view[at++] == ',') continue;
    taken_ = at;
    ++lines_taken_;
    return Parse::kDone;
  }
}

CsvRecords::Parse CsvRecords::parse_quoted(std::string_view view, std::size_t& at) {
  const std::size_t begin = at + 1;
  std::size_t from = begin;
  bool is_doubled = false;
  for (;;) {
    const std::size_t quote = view.find('"', from);
    if (quote == std::string_view::npos || quote + 1 >= view.size()) return Parse::kNeedMore;
    if (view[quote + 1] == '"') {
      is_doubled = true;
      from = quote + 2;
      continue;
    }
    at = quote + 1;
    const std::string_view raw = view.substr(begin, quote - begin);
    lines_taken_ += static_cast<std::uint64_t>(std::ranges::count(raw, '\n'));
    if (!is_doubled) {
      fields_.push_back(raw);
      break;
    }
    if (unescaped_used_ == unescaped_.size()) unescaped_.emplace_back();
    std::string& text = unescaped_[unescaped_used_++];
    text.clear();
    for (std::size_t i = 0; i < raw.size(); ++i) {
      text += raw[i];
      if (raw[i] == '"') ++i;
    }
    fields_.emplace_back(text);
    break;
  }
  if (view[at] == '\r') {
    if (at + 1 >= view.size()) return Parse::kNeedMore;
    ++at;
  }
  return view[at] == ',' || view[at] == '\n' ? Parse::kDone : Parse::kBroken;
}

void CsvRecords::skip_line() {
  taken_ = 0;
  lines_taken_ = 0;
  for (;;) {
    const std::string_view view = window_.view();
    const std::size_t end = view.find('\n');
    if (end != std::string_view::npos) {
      window_.consume(end + 1);
      ++next_line_;
      return;
    }
    window_.consume(view.size());
    if (!window_.grow()) return;
  }
}

bool CsvRecords::has_line() {
  while (window_.view().find('\n') == std::string_view::npos) {
    if (!window_.grow()) break;
  }
  return !window_.view().empty();
}

std::string_view CsvRecords::first_line() const {
  const std::string_view view = window_.view();
  return view.substr(0, view.find('\n'));
}

}  // namespace switchyard
