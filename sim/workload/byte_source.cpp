#include "workload/byte_source.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>
#include <system_error>

#include "core/error.h"

namespace switchyard {
namespace {

class FileSource : public ByteSource {
 public:
  FileSource(const std::string& path, ReadProgress on_progress)
      : path_(path), on_progress_(std::move(on_progress)), file_(nullptr, &close_unless_stdin) {
    file_.reset(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
    if (!file_) {
      throw InputError(path + ": cannot be opened: " + std::generic_category().message(errno));
    }
    std::error_code none;
    if (std::filesystem::is_regular_file(path, none))
      size_ = std::filesystem::file_size(path, none);
  }
  std::size_t read(std::span<char> buffer) override {
    const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), file_.get());
    if (n == 0 && std::ferror(file_.get()) != 0) {
      throw InputError(path_ + ": cannot be read: " + std::generic_category().message(errno));
    }
    done_ += n;
    if (on_progress_) on_progress_(done_, size_);
    return n;
  }

 private:
  static int close_unless_stdin(std::FILE* file) { return file == stdin ? 0 : std::fclose(file); }
  std::string path_;
  ReadProgress on_progress_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::uint64_t done_ = 0;
  std::uint64_t size_ = 0;
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

class GzipSource : public ByteSource {
 public:
  GzipSource(std::unique_ptr<ByteSource> compressed, std::string path)
      : compressed_(std::move(compressed)), path_(std::move(path)), input_(std::size_t{1} << 16) {
    // 32: the header tells gzip from zlib.
    if (inflateInit2(&stream_, MAX_WBITS + 32) != Z_OK) throw std::bad_alloc();
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  std::size_t read(std::span<char> buffer) override {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(buffer.size(), UINT_MAX));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out > 0) {
      if (stream_.avail_in == 0 && !refill()) break;
      // Several files that were compressed one by one may stand behind one another.
      if (is_between_) inflateReset(&stream_);
      is_between_ = false;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      is_between_ = result == Z_STREAM_END;
      if (result != Z_OK && result != Z_STREAM_END) {
        throw InputError(path_ + ": damaged gzip data" +
                         (stream_.msg == nullptr ? "" : std::string(": ") + stream_.msg));
      }
    }
    return wanted - stream_.avail_out;
  }

 private:
  bool refill() {
    const std::size_t n = compressed_->read(input_);
    if (n == 0 && !is_between_ && stream_.total_out + stream_.total_in > 0) {
      throw InputError(path_ + ": the gzip data ends in the middle; the file is truncated");
    }
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(n);
    return n > 0;
  }

  std::unique_ptr<ByteSource> compressed_;
  std::string path_;
  std::vector<char> input_;
  z_stream stream_{};
  bool is_between_ = false;  // behind the end of one compressed file
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

std::unique_ptr<ByteSource> open_bytes(const std::string& path, ReadProgress on_progress) {
  static constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD";
  static constexpr std::string_view kGzipMagic = "\x1F\x8B";
  auto file = std::make_unique<PeekedSource>(
      std::make_unique<FileSource>(path, std::move(on_progress)), kZstdMagic.size());
  if (file->head() == kZstdMagic) return std::make_unique<ZstdSource>(std::move(file), path);
  if (file->head().starts_with(kGzipMagic)) {
    return std::make_unique<GzipSource>(std::move(file), path);
  }
  return file;
}

}  // namespace switchyard
