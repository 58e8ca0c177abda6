// switchyard convert: any recorded format to native CSV or to the binary form.
#include <fmt/format.h>

#include <memory>

#include "cli/import_options.h"
#include "cli/progress.h"
#include "cli/verbs.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "workload/binary_file.h"
#include "workload/native_csv.h"

namespace switchyard {
namespace {

int convert(const std::string& in, const std::string& out, const ImportOptions& options) {
  const bool csv = out.ends_with(".csv");
  const bool compressed = out.ends_with(".swt.zst");
  if (!csv && !compressed && !out.ends_with(".swt")) {
    throw InputError(out +
                     ": the output's ending says its form; use .csv, .swt (binary) or "
                     ".swt.zst (binary, compressed)");
  }
  // Opened first: reading a large recording only to find no place for it would waste the wait.
  AtomicFile file(out);
  const Trace trace = open_with_progress(in, options);
  if (csv) {
    write_native_csv(trace, file);
  } else {
    write_binary_trace(trace, file, compressed);
  }
  file.commit();
  fmt::print(stderr, "{}: {} requests\n", out, trace.size());
  for (const std::string& note : trace.info().notes) fmt::print(stderr, "note: {}\n", note);
  return kExitSuccess;
}

}  // namespace

void add_convert(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("convert", "Convert a recording to native CSV or binary");
  auto in = std::make_shared<std::string>();
  auto out = std::make_shared<std::string>();
  auto options = std::make_shared<ImportOptions>();
  command->add_option("in", *in, "Recording (- for standard input)")->required();
  command->add_option("out", *out, "Output: .csv, .swt or .swt.zst")->required();
  add_import_options(*command, *options);
  command->callback([&action, in, out, options] {
    action = [in, out, options] { return convert(*in, *out, *options); };
  });
}

}  // namespace switchyard
