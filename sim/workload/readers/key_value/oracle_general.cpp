#include <array>
#include <charconv>
#include <cstring>

#include "workload/readers/key_value/reader.h"
#include "workload/readers/key_value/requests.h"

namespace switchyard {
namespace {

constexpr std::size_t kRecordSize = 24;
constexpr std::size_t kRecordsAtOnce = 4'096;
constexpr std::size_t kRecordsToJudge = 1'000;

struct Record {
  std::uint32_t seconds = 0;
  std::uint64_t id = 0;
  std::uint32_t size = 0;
  std::int64_t next = 0;  // when the id comes again
};

std::uint64_t little_endian(const char* bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

Record record_at(const char* bytes) {
  return {static_cast<std::uint32_t>(little_endian(bytes, 4)), little_endian(bytes + 4, 8),
          static_cast<std::uint32_t>(little_endian(bytes + 12, 4)),
          static_cast<std::int64_t>(little_endian(bytes + 16, 8))};
}

// As much as there is, up to the size of `buffer`.
std::size_t fill(ByteSource& source, std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::size_t n = source.read(buffer.subspan(filled));
    if (n == 0) break;
    filled += n;
  }
  return filled;
}

}  // namespace

Trace read_oracle_general(PeekedSource& source, std::string_view file,
                          const ImportOptions& options) {
  KeyValueRequests requests(file, "oraclegeneral", options, {});
  Import& import = requests.import();
  import.set_resolution(kSecond);
  std::vector<char> buffer(kRecordSize * kRecordsAtOnce);
  std::array<char, 20> key{};
  std::uint64_t number = 0;
  for (;;) {
    const std::size_t size = fill(source, buffer);
    for (std::size_t at = 0; at + kRecordSize <= size; at += kRecordSize) {
      const Record record = record_at(buffer.data() + at);
      import.count_row();
      const auto end = std::to_chars(key.data(), key.data() + key.size(), record.id).ptr;
      requests.add({.line = ++number,
                    .time_ns = record.seconds * kSecond,
                    .key = {key.data(), static_cast<std::size_t>(end - key.data())},
                    .bytes = record.size});
    }
    if (size % kRecordSize != 0) {
      import.count_row();
      import.malformed(number + 1, "is a record that the end of the file cuts");
    }
    if (size < buffer.size()) return requests.finish();
  }
}

// Ordered times, and plausible numbers of the next access: within 2^40 requests, or never.
TraceFormat::Fit fits_oracle_general(std::string_view head) {
  static constexpr std::int64_t kMostRequests = std::int64_t{1} << 40;
  if (head.size() < kRecordSize) return TraceFormat::Fit::kNo;
  std::uint32_t seconds = 0;
  for (std::size_t i = 0; i < kRecordsToJudge && (i + 1) * kRecordSize <= head.size(); ++i) {
    const Record record = record_at(head.data() + i * kRecordSize);
    const bool is_next = record.next == -1 || record.next == INT64_MAX ||
                         (record.next >= 0 && record.next <= kMostRequests);
    if (record.seconds < seconds || !is_next) return TraceFormat::Fit::kNo;
    seconds = record.seconds;
  }
  return TraceFormat::Fit::kMaybe;
}

}  // namespace switchyard
