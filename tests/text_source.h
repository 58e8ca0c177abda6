// Text as the input of a reader.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "workload/byte_source.h"
#include "workload/import_options.h"
#include "workload/trace.h"

namespace switchyard {

// Hands out the text in pieces, as a pipe does.
class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string text, std::size_t piece = SIZE_MAX)
      : text_(std::move(text)), piece_(piece) {}
  std::size_t read(std::span<char> buffer) override {
    const std::size_t n = std::min({buffer.size(), piece_, text_.size() - at_});
    std::memcpy(buffer.data(), text_.data() + at_, n);
    at_ += n;
    return n;
  }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

// What `reader` makes of a file "x.csv" that holds the text.
template <class Reader>
Trace read_text(const Reader& reader, const std::string& text, const ImportOptions& options = {},
                std::size_t piece = SIZE_MAX) {
  PeekedSource source(std::make_unique<TextSource>(text, piece), std::size_t{1} << 16);
  return reader(source, "x.csv", options);
}

}  // namespace switchyard
