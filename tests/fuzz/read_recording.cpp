// A target of libFuzzer: any bytes make a trace or an InputError, whichever format's reader they
// are given to. SWITCHYARD_FUZZED_FORMAT names it, as `--format` does.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"
#include "text_source.h"
#include "workload/binary_file.h"
#include "workload/native_csv.h"
#include "workload/open_trace.h"

namespace switchyard {
namespace {

Trace read(std::string_view format, const std::string& bytes) {
  auto source =
      std::make_unique<PeekedSource>(std::make_unique<TextSource>(bytes), std::size_t{1} << 16);
  if (format == "native") return read_native_csv(std::move(source), "input");
  if (format == "binary") return read_binary_trace(*source, "input");
  ImportOptions options;
  options.partial = true;
  options.utc_offset_ns = 0;
  options.year = 2026;
  options.read_share = 0.5;
  options.columns = "time-col=1,obj-id-col=2";
  for (const TraceFormat& candidate : trace_formats()) {
    if (candidate.name == format) return candidate.read(*source, "input", options);
  }
  // A target for a format that there is not would find nothing.
  std::abort();
}

}  // namespace
}  // namespace switchyard

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const char* const format = std::getenv("SWITCHYARD_FUZZED_FORMAT");
  if (format == nullptr) std::abort();
  try {
    switchyard::read(format, std::string(reinterpret_cast<const char*>(data), size));
  } catch (const switchyard::InputError&) {
  }
  return 0;
}
