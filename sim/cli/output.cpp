#include "cli/output.h"

#include <fmt/format.h>

#include <filesystem>

#include "core/error.h"

namespace switchyard {

Output::Output(const std::string& path) : to_stdout_(path == "-") {
  if (!path.empty() && !to_stdout_) file_ = std::make_unique<AtomicFile>(path);
}

void Output::write(const std::string& text) {
  if (to_stdout_) fmt::print("{}", text);
  if (file_) {
    file_->write(text);
    file_->commit();
  }
}

void check_input_is_kept(const std::string& input, const std::string& output) {
  std::error_code none;
  if (output.empty() || input.empty() || !std::filesystem::equivalent(output, input, none)) return;
  throw InputError(fmt::format(
      "{}: is read as input and can't be written to as well; name another file", output));
}

}  // namespace switchyard
