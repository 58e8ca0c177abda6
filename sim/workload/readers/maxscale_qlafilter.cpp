#include "workload/readers/maxscale_qlafilter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "core/error.h"
#include "workload/readers/import.h"
#include "workload/readers/line_reader.h"

namespace switchyard {
namespace {

constexpr std::string_view kNoStatement = "rows without a statement";
constexpr std::string_view kOtherCommands = "commands that are no statements";
constexpr std::string_view kHeaders = "lines of column names";

// Longer ones before those that they begin with.
constexpr std::array<std::string_view, 16> kNames = {
    "service",   "session",      "date",     "user@host",  "total_reply_time", "reply_time",
    "query",     "default_db",   "num_rows", "reply_size", "transaction_time", "transaction",
    "error_msg", "num_warnings", "server",   "command"};

struct Header {
  std::string separator;
  std::vector<std::string_view> names;  // of kNames

  std::optional<std::size_t> position(std::string_view name) const {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
  }
};

std::string_view name_at(std::string_view text) {
  const auto name = std::ranges::find_if(kNames, [&](std::string_view candidate) {
    return equals_ignoring_case(text.substr(0, candidate.size()), candidate);
  });
  return name == kNames.end() ? std::string_view() : *name;
}

// The separator is any text: what stands between the first two names.
std::optional<Header> parse_header(std::string_view line) {
  Header header;
  while (!line.empty()) {
    if (!header.names.empty()) {
      if (header.separator.empty()) {
        std::size_t next = 1;
        while (next < line.size() && name_at(line.substr(next)).empty()) ++next;
        header.separator = line.substr(0, next);
      }
      if (!line.starts_with(header.separator)) return std::nullopt;
      line.remove_prefix(header.separator.size());
    }
    const std::string_view name = name_at(line);
    if (name.empty()) return std::nullopt;
    header.names.push_back(name);
    line.remove_prefix(name.size());
  }
  if (!header.position("query") || !header.position("date")) return std::nullopt;
  return header;
}

// From both ends, around the query; nothing if there are too few.
std::optional<std::vector<std::string_view>> split(std::string_view line, const Header& header) {
  const std::size_t n = header.names.size();
  const std::size_t query = *header.position("query");
  std::vector<std::string_view> fields(n);
  for (std::size_t i = 0; i < query; ++i) {
    const std::size_t end = line.find(header.separator);
    if (end == std::string_view::npos) return std::nullopt;
    fields[i] = line.substr(0, end);
    line.remove_prefix(end + header.separator.size());
  }
  for (std::size_t i = n - 1; i > query; --i) {
    const std::size_t begin = line.rfind(header.separator);
    if (begin == std::string_view::npos) return std::nullopt;
    fields[i] = line.substr(begin + header.separator.size());
    line = line.substr(0, begin);
  }
  fields[query] = line;
  return fields;
}

std::int64_t integer(std::string_view text) {
  std::int64_t value = kUnknown;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class QueryLog {
 public:
  QueryLog(std::string_view file, const Header& header, const ImportOptions& options)
      : import_(file, "maxscale", options),
        classifier_(SqlDialect::kMysql, options.functions),
        header_(header) {
    if (!header.position("session")) {
      import_.note(header.position("user@host")
                       ? "invented: the file names no sessions; each user and host is one"
                       : "the file names no sessions: taken as that of one");
    }
    const bool has_durations = header.position("reply_time") || header.position("total_reply_time");
    import_.note(has_durations
                     ? "reply times are taken as milliseconds"
                     : "the file has no durations; log_data = total_reply_time adds them");
  }

  void take(std::string_view line, std::uint64_t number) {
    import_.count_row();
    const auto fields = split(line, header_);
    const auto get = [&](std::string_view name) {
      const auto at = header_.position(name);
      return at ? (*fields)[*at] : std::string_view();
    };
    const auto stamp = fields ? parse_time_stamp(get("date")) : std::nullopt;
    if (!stamp) {
      return import_.malformed(number, fmt::format("has not the {} columns that the first line "
                                                   "names, or no date",
                                                   header_.names.size()));
    }
    const std::string_view command = get("command");
    const bool is_prepared = command.ends_with("EXECUTE");
    if (!command.empty() && !is_prepared && !command.ends_with("QUERY")) {
      return import_.skip(kOtherCommands, number);
    }
    if (get("query").empty()) return import_.skip(kNoStatement, number);

    std::int64_t reply_ms = integer(get("total_reply_time"));
    if (reply_ms < 0) reply_ms = integer(get("reply_time"));
    // What is longer than a year is none.
    const bool has_duration = reply_ms >= 0 && reply_ms < 366 * std::int64_t{24} * 3'600'000;
    RecordedStatement recorded = {.line = number,
                                  .dur_ns = has_duration ? reply_ms * kMillisecond : kUnknown,
                                  .is_prepared = is_prepared,
                                  .is_error = !get("error_msg").empty(),
                                  .rows = integer(get("num_rows")),
                                  .bytes = integer(get("reply_size")),
                                  .node = get("server")};
    recorded.session = get(header_.position("session") ? "session" : "user@host");
    if (recorded.session.empty()) recorded.session = "1";
    set_end(*stamp, recorded);
    import_.add(recorded, classifier_.classify(get("query")));
  }

  Import& import() { return import_; }
  Trace finish() { return import_.finish("statement; set log_type = unified to record"); }

 private:
  // By its end, in the order of which rows are written: those of one start need not be.
  void set_end(const TimeStamp& stamp, RecordedStatement& recorded) {
    const Nanoseconds resolution_ns = stamp.resolution_ns;
    import_.set_resolution(std::max(import_.resolution(), resolution_ns));
    TimeStamp end = stamp;
    end.unix_ns += std::max<Nanoseconds>(recorded.dur_ns, 0);
    if (end.unix_ns < last_end_ns_ && last_end_ns_ - end.unix_ns <= resolution_ns) {
      end.unix_ns = last_end_ns_;
    }
    last_end_ns_ = end.unix_ns;
    end.unix_ns -= end.unix_ns % resolution_ns;
    recorded.stamp_ns = import_.written_ns(end, recorded.line);
    recorded.is_stamped_at_end = true;
  }

  Import import_;
  SqlClassifier classifier_;
  const Header& header_;
  std::int64_t last_end_ns_ = INT64_MIN;
};

std::string_view first_line(std::string_view head) {
  std::string_view line = head.substr(0, head.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

Trace read_maxscale_qlafilter(PeekedSource& source, std::string_view file,
                              const ImportOptions& options) {
  const std::string names(first_line(source.head()));
  const auto header = parse_header(names);
  if (!header) {
    throw InputError({std::string(file), 1},
                     "expected the names of qlafilter's columns, with at least Date and Query");
  }
  QueryLog log(file, *header, options);
  LineReader lines(source);
  while (const auto line = lines.next()) {
    if (line->empty()) continue;
    // Each start of MaxScale may write them again.
    if (*line == names) {
      if (lines.line() > 1) log.import().skip(kHeaders, lines.line());
      continue;
    }
    log.take(*line, lines.line());
  }
  return log.finish();
}

bool looks_like_maxscale_qlafilter(std::string_view head) {
  return parse_header(first_line(head)).has_value();
}

}  // namespace switchyard
