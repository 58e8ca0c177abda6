#include "workload/readers/pgbench.h"

#include <fmt/format.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <array>
#include <bitset>

#include "core/error.h"
#include "workload/readers/delimited.h"
#include "workload/readers/import.h"
#include "workload/readers/line_reader.h"

namespace switchyard {
namespace {

// pgbench takes no more scripts than this.
constexpr std::size_t kMostScripts = 128;
// Its stamps are Unix times of this century; client numbers are far below.
constexpr std::uint64_t kFirstEpoch = 946'684'800;
constexpr std::uint64_t kLastEpoch = 4'000'000'000;
constexpr std::uint64_t kLongestTime = kLongestDuration / kMicrosecond;
constexpr std::size_t kLinesToJudge = 20;

struct Row {
  enum class Result : std::uint8_t { kDone, kSkipped, kFailed };
  std::string_view client;
  std::uint64_t client_number = 0;
  std::uint64_t number = 0;  // of the client's transactions
  Result result = Result::kDone;
  std::uint64_t time_us = 0;
  std::uint64_t lag_us = 0;
  std::size_t script = 0;
  std::int64_t end_ns = 0;
};

std::optional<Row::Result> result_of(std::string_view text) {
  static constexpr std::array<std::string_view, 4> kFailures = {"failed", "serialization",
                                                                "deadlock", "other"};
  if (text == "skipped") return Row::Result::kSkipped;
  if (std::ranges::find(kFailures, text) != kFailures.end()) return Row::Result::kFailed;
  return std::nullopt;
}

// client number time script epoch microseconds [lag] [retries]. Of seven fields the last is the lag
// or, without --rate but with --max-tries, the retries: as microseconds those hardly count.
std::optional<Row> parse_row(std::string_view line) {
  std::array<std::string_view, 8> fields;
  const std::size_t count = split_fields(line, ' ', fields);
  if (count < 6 || count > 8) return std::nullopt;
  const auto client = parse_unsigned(fields[0], kFirstEpoch - 1);
  const auto number = parse_unsigned(fields[1]);
  const auto script = parse_unsigned(fields[3], kMostScripts - 1);
  const auto seconds = parse_unsigned(fields[4], kLastEpoch);
  const auto micros = parse_unsigned(fields[5], 999'999);
  const auto lag = count > 6 ? parse_unsigned(fields[6]) : 0;
  const auto retries = count > 7 ? parse_unsigned(fields[7]) : 0;
  if (!client || !number || !script || !seconds || *seconds < kFirstEpoch || !micros || !lag ||
      !retries) {
    return std::nullopt;
  }
  Row row;
  row.client = fields[0];
  row.client_number = *client;
  row.number = *number;
  row.script = *script;
  row.end_ns = static_cast<std::int64_t>(*seconds) * kSecond +
               static_cast<std::int64_t>(*micros) * kMicrosecond;
  if (const auto result = result_of(fields[2])) {
    row.result = *result;
    return row;
  }
  const auto time = parse_unsigned(fields[2], kLongestTime);
  if (!time || *lag > *time) return std::nullopt;
  row.time_us = *time;
  row.lag_us = *lag;
  return row;
}

// start transactions sum squares least most …: numbers only, of which the first is a Unix time.
bool is_aggregate(std::string_view line) {
  std::array<std::string_view, 20> fields;
  const std::size_t count = split_fields(line, ' ', fields);
  if (count < 6 || count > fields.size()) return false;
  const auto start = parse_unsigned(fields[0], kLastEpoch);
  return start && *start >= kFirstEpoch &&
         std::all_of(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(count),
                     [](std::string_view field) { return parse_unsigned(field).has_value(); });
}

class PgbenchReader {
 public:
  PgbenchReader(std::string_view file, const ImportOptions& options)
      : import_(file, "pgbench", options), options_(options), file_(file) {}

  void line(std::string_view text, std::uint64_t number) {
    if (text.empty()) return;
    import_.count_row();
    const auto row = parse_row(text);
    if (row) return take(*row, number);
    if (is_aggregate(text)) {
      throw InputError({std::string(file_), number},
                       "is a row of pgbench --aggregate-interval, which sums up transactions and "
                       "has none of them; record with pgbench -l without that option");
    }
    import_.malformed(number,
                      "is no row of pgbench -l: client, transaction, time, script, seconds, "
                      "microseconds, and perhaps schedule lag and retries");
  }

  Trace finish() {
    import_.note("each transaction is one request, at the time when it was due");
    std::string unknown;
    for (std::size_t script = 0; script < kMostScripts; ++script) {
      if (taken_as_writes_[script]) {
        unknown += fmt::format("{}{}", unknown.empty() ? "" : ", ", script);
      }
    }
    if (!unknown.empty()) {
      import_.note(fmt::format(
          "invented: the log does not tell which scripts write; taken as writes: {} (a script that "
          "only reads: --pgbench-script NUMBER=r)",
          unknown));
    }
    if (failed_ > 0) {
      import_.note(fmt::format(
          "invented: {} transactions failed, and the log has no durations of these; they begin "
          "when they ended",
          failed_));
    }
    return import_.finish("transaction; record with pgbench -l");
  }

 private:
  void take(const Row& row, std::uint64_t line) {
    // Clients count their transactions; one that starts over belongs to another run.
    std::uint64_t& last = last_number_[row.client_number];
    if (row.number <= last) import_.session_ends(row.client);
    last = row.number;
    if (row.result == Row::Result::kSkipped) {
      return import_.skip("transactions that pgbench skipped because they were late", line);
    }
    const auto known = options_.pgbench_scripts.find(row.script);
    taken_as_writes_[row.script] = known == options_.pgbench_scripts.end();
    RecordedStatement recorded = {.session = row.client, .line = line, .stamp_ns = row.end_ns};
    if (row.result == Row::Result::kFailed) {
      recorded.is_error = true;
      ++failed_;
    } else {
      recorded.stamp_ns -= static_cast<std::int64_t>(row.time_us) * kMicrosecond;
      recorded.dur_ns = static_cast<std::int64_t>(row.time_us - row.lag_us) * kMicrosecond;
    }
    import_.add(recorded, known == options_.pgbench_scripts.end() ? Op::kWrite : known->second, {},
                {});
  }

  Import import_;
  const ImportOptions& options_;
  std::string_view file_;
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> last_number_;
  std::bitset<kMostScripts> taken_as_writes_;
  std::uint64_t failed_ = 0;
};

}  // namespace

Trace read_pgbench(PeekedSource& source, std::string_view file, const ImportOptions& options) {
  PgbenchReader reader(file, options);
  LineReader lines(source);
  while (const auto line = lines.next()) reader.line(*line, lines.line());
  return reader.finish();
}

// Also of a log of --aggregate-interval, so that reading can say what is wrong with it.
TraceFormat::Fit fits_pgbench(std::string_view head) {
  for (std::size_t i = 0; i < kLinesToJudge; ++i) {
    const std::size_t end = head.find('\n');
    // The last line may be cut.
    if (end == std::string_view::npos && i > 0) break;
    const std::string_view line = head.substr(0, end);
    if (!parse_row(line) && !is_aggregate(line)) return TraceFormat::Fit::kNo;
    if (end == std::string_view::npos || end + 1 == head.size()) break;
    head.remove_prefix(end + 1);
  }
  return TraceFormat::Fit::kYes;
}

}  // namespace switchyard
