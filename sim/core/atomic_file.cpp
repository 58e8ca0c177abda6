#include "core/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/error.h"

namespace switchyard {

namespace {

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// The file that a link points to, also if that does not exist yet.
std::string without_links(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(path, error)) return path;
  const auto target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target.string();
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path)
    : path_(without_links(path)),
      temporary_(path_ + ".part-" + std::to_string(getpid())),
      file_(nullptr, &std::fclose) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) {
    throw InputError(path_ + ": is a directory; name a file to write");
  }
  is_special_ = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
  if (is_special_) {
    file_.reset(std::fopen(path.c_str(), "wb"));
    if (!file_) fail("cannot be written");
    return;
  }
  // A file without a name vanishes with the process, however that ends.
  const int unnamed = open(folder_of(path_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (unnamed >= 0) {
    file_.reset(fdopen(unnamed, "wb"));
  } else {
    has_name_ = true;
    file_.reset(std::fopen(temporary_.c_str(), "wb"));
  }
  if (!file_) fail("cannot be written");
}

AtomicFile::~AtomicFile() {
  if (file_ && has_name_) {
    file_.reset();
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
  }
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
    fail("cannot be written");
  }
}

void AtomicFile::commit() {
  if (std::fflush(file_.get()) != 0) fail("cannot be written");
  if (is_special_) {
    file_.reset();
    return;
  }
  if (!has_name_) {
    const std::string self = "/proc/self/fd/" + std::to_string(fileno(file_.get()));
    if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, temporary_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      fail("cannot be written");
    }
    has_name_ = true;
  }
  std::error_code error;
  std::filesystem::rename(temporary_, path_, error);
  if (error) throw InputError(path_ + ": cannot be written: " + error.message());
  file_.reset();
}

void AtomicFile::fail(std::string_view what) const {
  const std::string reason = std::generic_category().message(errno);
  throw InputError(path_ + ": " + std::string(what) + ": " + reason);
}

}  // namespace switchyard
