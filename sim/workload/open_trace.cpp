#include "workload/open_trace.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "workload/binary_file.h"
#include "workload/native_csv.h"

namespace switchyard {
namespace {

constexpr std::array<std::string_view, 4> kFormats = {"auto", "native", "binary", "pgcsv"};

std::string detect(std::string_view head, const std::string& path) {
  if (head.starts_with(kBinaryMagic)) return "binary";
  if (head.starts_with("# switchyard-trace")) return "native";
  if (looks_like_postgres_csvlog(head)) return "pgcsv";
  if (head.empty()) throw InputError(path + ": is empty");
  throw InputError(path +
                   ": is of no known format; expected a native trace (first line "
                   "'# switchyard-trace v1 …'), a binary trace (.swt) or a PostgreSQL csvlog; name "
                   "one with --format native|binary|pgcsv");
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

Trace open_trace(const std::string& path, const ImportOptions& options) {
  if (std::ranges::find(kFormats, options.format) == kFormats.end()) {
    throw InputError("unknown format '" + options.format + "'; formats are " +
                     join_names(kFormats));
  }
  if (std::filesystem::is_directory(path)) throw InputError(path + ": is a directory");
  const bool may_be_binary = options.format == "auto" || options.format == "binary";
  if (may_be_binary && can_be_mapped(path)) return map_binary_trace(path);

  auto source = std::make_unique<PeekedSource>(open_bytes(path), 4096);
  const std::string_view head(source->head().data(), source->head().size());
  const std::string format = options.format == "auto" ? detect(head, path) : options.format;
  if (format == "binary") return read_binary_trace(*source, path);
  if (format == "native") return read_native_csv(std::move(source), path);
  return read_postgres_csvlog(*source, path, options.postgres);
}

}  // namespace switchyard
