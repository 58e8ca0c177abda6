// Bytes of an input, from a file or standard input, decompressed on the way if they are zstd.
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace switchyard {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills as much of `buffer` as there is; 0 at the end. Throws InputError on a read error and on
  // damaged compressed data.
  virtual std::size_t read(std::span<char> buffer) = 0;
};

// Opens `path` ("-" is standard input); zstd is recognised by its first bytes.
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

// A source with its first bytes already looked at: `head()` shows up to `size` of them, read()
// still delivers them.
class PeekedSource : public ByteSource {
 public:
  PeekedSource(std::unique_ptr<ByteSource> source, std::size_t size);
  std::span<const char> head() const { return head_; }
  std::size_t read(std::span<char> buffer) override;

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<char> head_;
  std::size_t delivered_ = 0;
};

}  // namespace switchyard
