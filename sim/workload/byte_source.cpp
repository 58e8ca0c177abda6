#include "workload/byte_source.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/error.h"

namespace switchyard {
namespace {

class FileSource : public ByteSource {
 public:
  explicit FileSource(const std::string& path) : path_(path), file_(nullptr, &close_unless_stdin) {
    file_.reset(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
    if (!file_) {
      throw InputError(path + ": cannot be opened: " + std::generic_category().message(errno));
    }
  }
  std::size_t read(std::span<char> buffer) override {
    const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), file_.get());
    if (n == 0 && std::ferror(file_.get()) != 0) {
      throw InputError(path_ + ": cannot be read: " + std::generic_category().message(errno));
    }
    return n;
  }

 private:
  static int close_unless_stdin(std::FILE* file) { return file == stdin ? 0 : std::fclose(file); }
  std::string path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

class ZstdSource : public ByteSource {
 public:
  ZstdSource(std::unique_ptr<ByteSource> compressed, std::string path)
      : compressed_(std::move(compressed)),
        path_(std::move(path)),
        stream_(ZSTD_createDStream(), &ZSTD_freeDStream),
        input_(ZSTD_DStreamInSize()) {}

  std::size_t read(std::span<char> buffer) override {
    ZSTD_outBuffer out = {buffer.data(), buffer.size(), 0};
    while (out.pos < out.size) {
      if (in_.pos == in_.size) {
        in_ = {input_.data(), compressed_->read(input_), 0};
        // A frame that is not over may still hold output after the last byte of input.
        if (in_.size == 0 && pending_ == 0) break;
      }
      const bool ended = in_.size == 0;
      const std::size_t before = out.pos;
      pending_ = ZSTD_decompressStream(stream_.get(), &out, &in_);
      if (ZSTD_isError(pending_) != 0) {
        throw InputError(path_ + ": damaged zstd data: " + ZSTD_getErrorName(pending_));
      }
      if (ended && out.pos == before) break;
    }
    if (out.pos == 0 && pending_ != 0) {
      throw InputError(path_ + ": the zstd data ends in the middle; the file is truncated");
    }
    return out.pos;
  }

 private:
  std::unique_ptr<ByteSource> compressed_;
  std::string path_;
  std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream_;
  std::vector<char> input_;
  ZSTD_inBuffer in_ = {nullptr, 0, 0};
  std::size_t pending_ = 0;
};

}  // namespace

PeekedSource::PeekedSource(std::unique_ptr<ByteSource> source, std::size_t size)
    : source_(std::move(source)), head_(size) {
  std::size_t filled = 0;
  while (filled < size) {
    const std::size_t n = source_->read(std::span(head_).subspan(filled));
    if (n == 0) break;
    filled += n;
  }
  head_.resize(filled);
}

std::size_t PeekedSource::read(std::span<char> buffer) {
  if (delivered_ == head_.size()) return source_->read(buffer);
  const std::size_t n = std::min(buffer.size(), head_.size() - delivered_);
  std::memcpy(buffer.data(), head_.data() + delivered_, n);
  delivered_ += n;
  return n;
}

std::unique_ptr<ByteSource> open_bytes(const std::string& path) {
  static constexpr std::array<char, 4> zstd_magic = {'\x28', '\xB5', '\x2F', '\xFD'};
  auto file = std::make_unique<PeekedSource>(std::make_unique<FileSource>(path), zstd_magic.size());
  if (std::ranges::equal(file->head(), zstd_magic)) {
    return std::make_unique<ZstdSource>(std::move(file), path);
  }
  return file;
}

}  // namespace switchyard
