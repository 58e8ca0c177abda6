#include "workload/open_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "workload/binary_file.h"
#include "workload/native_csv.h"

namespace switchyard {
namespace {

constexpr std::size_t kHeadSize = std::size_t{1} << 16;
constexpr std::string_view kNativeMagic = "# switchyard-trace";

std::string names_of(const std::vector<const TraceFormat*>& formats) {
  std::string names;
  for (const TraceFormat* format : formats) {
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", format->name, format->title);
  }
  return names;
}

const TraceFormat& detect(std::string_view head, const std::string& path) {
  using Fit = TraceFormat::Fit;
  std::vector<const TraceFormat*> possible;
  std::vector<const TraceFormat*> all;
  for (const TraceFormat& format : trace_formats()) {
    all.push_back(&format);
    const Fit fit = format.fit(head);
    if (fit == Fit::kYes) return format;
    if (fit == Fit::kMaybe) possible.push_back(&format);
  }
  if (possible.size() == 1) return *possible.front();
  if (possible.empty()) {
    throw InputError(fmt::format(
        "{}: is of no known format; expected a native trace (first line '# switchyard-trace v1 "
        "…'), a binary trace (.swt), or one that --format names: {}",
        path, names_of(all)));
  }
  throw InputError(fmt::format("{}: could be of several formats; name one with --format: {}", path,
                               names_of(possible)));
}

bool starts_with_binary_magic(const std::string& path) {
  std::array<char, kBinaryMagic.size()> magic{};
  std::ifstream(path, std::ios::binary).read(magic.data(), magic.size());
  return std::ranges::equal(magic, kBinaryMagic);
}

// A plain binary file is mapped; through a pipe or zstd it is read into memory.
bool can_be_mapped(const std::string& path) {
  return path != "-" && std::filesystem::is_regular_file(path) && starts_with_binary_magic(path);
}

}  // namespace

std::vector<std::string> trace_format_names() {
  std::vector<std::string> names = {"auto", "native", "binary"};
  for (const TraceFormat& format : trace_formats()) names.emplace_back(format.name);
  return names;
}

Trace open_trace(const std::string& path, const ImportOptions& options) {
  const std::string& name = options.format;
  const std::vector<std::string> names = trace_format_names();
  if (std::ranges::find(names, name) == names.end()) {
    throw InputError(
        fmt::format("unknown format '{}'; formats are {}", name, fmt::join(names, ", ")));
  }
  if (std::filesystem::is_directory(path)) throw InputError(path + ": is a directory");
  if ((name == "auto" || name == "binary") && can_be_mapped(path)) return map_binary_trace(path);

  auto source = std::make_unique<PeekedSource>(open_bytes(path, options.on_progress), kHeadSize);
  const std::string_view head = source->head();
  if (head.empty()) throw InputError(path + ": is empty");
  const bool is_auto = name == "auto";
  if (name == "binary" || (is_auto && head.starts_with(kBinaryMagic))) {
    return read_binary_trace(*source, path);
  }
  if (name == "native" || (is_auto && head.starts_with(kNativeMagic))) {
    return read_native_csv(std::move(source), path);
  }
  const auto named = std::ranges::find(trace_formats(), name, &TraceFormat::name);
  const TraceFormat& format = is_auto ? detect(head, path) : *named;
  return format.read(*source, path, options);
}

std::string format_title(const std::string& path) {
  const PeekedSource source(open_bytes(path), kHeadSize);
  if (source.head().starts_with(kBinaryMagic)) return "binary trace";
  if (source.head().starts_with(kNativeMagic)) return "native trace";
  return std::string(detect(source.head(), path).title);
}

}  // namespace switchyard
