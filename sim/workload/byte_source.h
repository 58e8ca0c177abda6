// Bytes of an input, from a file or standard input, decompressed on the way if they are zstd or
// gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills as much of `buffer` as there is; 0 at the end. Throws InputError on a read error and on
  // damaged compressed data.
  virtual std::size_t read(std::span<char> buffer) = 0;
};

// Called with the bytes read so far and the size of the file as it is stored, 0 if unknown. May
// throw to stop the reading.
using ReadProgress = std::function<void(std::uint64_t done, std::uint64_t size)>;

// Opens `path` ("-" is standard input); compression is recognised by the first bytes.
std::unique_ptr<ByteSource> open_bytes(const std::string& path, ReadProgress on_progress = {});

// A source with its first bytes already looked at: `head()` shows up to `size` of them, read()
// still delivers them.
class PeekedSource : public ByteSource {
 public:
  PeekedSource(std::unique_ptr<ByteSource> source, std::size_t size);
  std::string_view head() const { return {head_.data(), head_.size()}; }
  std::size_t read(std::span<char> buffer) override;

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<char> head_;
  std::size_t delivered_ = 0;
};

}  // namespace switchyard
