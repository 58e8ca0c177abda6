// A file that appears whole or not at all, also when the program is ended in the middle.
//
// Written in its folder without a name where the file system allows that (Linux O_TMPFILE), else
// under a temporary name, and renamed into place at the end. A link is followed to its file; what
// is no regular file (a pipe, a device) is written to as it is.
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace switchyard {

class AtomicFile {
 public:
  // Throws InputError when the place can't be written to.
  explicit AtomicFile(const std::string& path);
  // Without commit() nothing is left behind.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  // Flushes and renames; throws InputError (disk full, …) and then leaves nothing.
  void commit();

 private:
  [[noreturn]] void fail(std::string_view what) const;

  std::string path_;
  std::string temporary_;
  bool has_name_ = false;    // the temporary one
  bool is_special_ = false;  // no regular file, so neither replaced nor removed
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

}  // namespace switchyard
