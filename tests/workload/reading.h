// Reading a recording from a text, as a test has it.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "core/error.h"
#include "workload/open_trace.h"

namespace switchyard {

// Hands out a text in pieces, as a pipe does.
class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string text, std::size_t piece = SIZE_MAX)
      : text_(std::move(text)), piece_(piece) {}
  std::size_t read(std::span<char> buffer) override {
    const std::size_t n = std::min({buffer.size(), piece_, text_.size() - at_});
    std::memcpy(buffer.data(), text_.data() + at_, n);
    at_ += n;
    return n;
  }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

inline const TraceFormat& format_named(std::string_view name) {
  return *std::ranges::find(trace_formats(), name, &TraceFormat::name);
}

inline Trace read_as(std::string_view format, const std::string& text,
                     const ImportOptions& options = {}, std::size_t piece = SIZE_MAX) {
  PeekedSource source(std::make_unique<TextSource>(text, piece), std::size_t{1} << 16);
  return format_named(format).read(source, "recording", options);
}

// What is wrong, or nothing.
inline std::string error_of(std::string_view format, const std::string& text,
                            const ImportOptions& options = {}) {
  try {
    read_as(format, text, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// The names of the formats that may hold such a text: of the one that is certain, or of all that
// are possible.
inline std::vector<std::string_view> formats_of(std::string_view head) {
  std::vector<std::string_view> names;
  for (const TraceFormat& format : trace_formats()) {
    const TraceFormat::Fit fit = format.fit(head);
    if (fit == TraceFormat::Fit::kYes) return {format.name};
    if (fit == TraceFormat::Fit::kMaybe) names.push_back(format.name);
  }
  return names;
}

inline std::string letters_of(const Trace& trace) {
  std::string letters;
  for (const Op op : trace.columns().op) letters += letter_of(op);
  return letters;
}

inline std::string_view session_of(const Trace& trace, std::size_t i) {
  return trace.names().sessions[trace.columns().session[i]];
}

inline std::string_view key_of(const Trace& trace, std::size_t i) {
  const auto keys = trace.columns().key;
  return keys.empty() || keys[i] == kNone ? "" : trace.names().keys[keys[i]];
}

inline bool has_note(const Trace& trace, std::string_view part) {
  return std::ranges::any_of(trace.info().notes, [&](const std::string& note) {
    return note.find(part) != std::string::npos;
  });
}

}  // namespace switchyard
