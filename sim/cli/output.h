// A file that a verb writes, or standard output as "-".
#pragma once

#include <memory>
#include <string>

#include "core/atomic_file.h"

namespace switchyard {

// A file is made before the run, so that a place that can't be written to is known at once.
class Output {
 public:
  // With an empty path nothing is wanted. Throws InputError.
  explicit Output(const std::string& path);
  bool wanted() const { return to_stdout_ || file_ != nullptr; }
  bool to_stdout() const { return to_stdout_; }
  void write(const std::string& text);

 private:
  bool to_stdout_;
  std::unique_ptr<AtomicFile> file_;
};

// Throws InputError when both name the same file; an empty path names none.
void check_input_is_kept(const std::string& input, const std::string& output);

}  // namespace switchyard
