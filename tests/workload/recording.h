// Recordings written by hand, read as a user's file is or by one reader, and what is in them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "core/error.h"
#include "temporary_file.h"
#include "text_source.h"
#include "workload/open_trace.h"

namespace switchyard {

inline ImportOptions of_format(const std::string& name) {
  ImportOptions options;
  options.format = name;
  return options;
}

inline Trace read_recording(std::string_view content, const ImportOptions& options = {}) {
  const TemporaryDirectory directory;
  return open_trace(directory.write("recording", content), options);
}

inline Trace read_data(const std::string& name, const ImportOptions& options = {}) {
  return open_trace(SWITCHYARD_SOURCE_DIR "/tests/data/" + name, options);
}

// What its reading fails with, or "".
inline std::string error_of(std::string_view content, const ImportOptions& options = {}) {
  try {
    read_recording(content, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

inline const TraceFormat& format_named(std::string_view name) {
  return *std::ranges::find(trace_formats(), name, &TraceFormat::name);
}

inline Trace read_as(std::string_view format, const std::string& text,
                     const ImportOptions& options = {}, std::size_t piece = SIZE_MAX) {
  PeekedSource source(std::make_unique<TextSource>(text, piece), std::size_t{1} << 16);
  return format_named(format).read(source, "recording", options);
}

// What its reading as this format fails with, or "".
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

inline bool has_note(const Trace& trace, std::string_view part) {
  return std::ranges::any_of(trace.info().notes, [&](const std::string& note) {
    return note.find(part) != std::string::npos;
  });
}

// The letters of its requests, in order.
inline std::string letters_of(const Trace& trace) {
  std::string letters;
  for (const Op op : trace.columns().op) letters += letter_of(op);
  return letters;
}

// Unix time of a request.
inline std::int64_t time_of(const Trace& trace, std::size_t i) {
  return trace.info().epoch_ns + trace.columns().t_ns[i];
}

inline std::string session_of(const Trace& trace, std::size_t i) {
  return std::string(trace.names().sessions[trace.columns().session[i]]);
}

// "" if it has none.
inline std::string key_of(const Trace& trace, std::size_t i) {
  const auto keys = trace.columns().key;
  return keys.empty() || keys[i] == kNone ? "" : std::string(trace.names().keys[keys[i]]);
}

inline std::string statement_of(const Trace& trace, std::size_t i) {
  return std::string(trace.names().statements[trace.columns().stmt[i]]);
}

// Each prefix, and each text with one byte changed, gives a trace or an InputError.
inline void check_damaged(const std::string& content, const ImportOptions& options) {
  const TemporaryDirectory directory;
  std::uint64_t state = 1;
  const auto next = [&] { return state = state * 6364136223846793005ULL + 1442695040888963407ULL; };
  const std::size_t step = content.size() / 1'000 + 1;
  for (std::size_t i = 0; i < content.size(); i += step) {
    std::string flipped = content;
    flipped[(next() >> 32) % content.size()] = static_cast<char>(next() >> 56);
    flipped[(next() >> 32) % content.size()] ^= static_cast<char>(1 << (next() >> 61));
    for (const std::string& text : {content.substr(0, i), flipped}) {
      const std::string path = directory.write("damaged", text);
      try {
        const Trace trace = open_trace(path, options);
        if (trace.size() == 0) FAIL("an empty trace instead of an error");
      } catch (const InputError&) {
        continue;
      }
    }
  }
}

}  // namespace switchyard
