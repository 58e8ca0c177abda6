#include "workload/readers/key_value/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "workload/readers/delimited.h"
#include "workload/readers/key_value/requests.h"
#include "workload/readers/line_reader.h"

namespace switchyard {
namespace {

using Field = KeyValueField;

// More requests in one second than a row can stand for.
constexpr std::uint64_t kMostRepeats = 100'000;

class Rows {
 public:
  Rows(std::string_view file, const ImportOptions& options, const KeyValueLayout& layout)
      : layout_(layout),
        requests_(file, layout.name, options,
                  {.sessions = layout.has(Field::kSession),
                   .operations = layout.has(Field::kOp),
                   .counts = layout.has(Field::kCount)}) {}

  void line(std::string_view text, std::uint64_t number) {
    if (text.empty()) return;
    const std::size_t count = split_fields(text, layout_.delimiter, fields_);
    // Of several files in one, each has its own.
    if (layout_.has_header && (number == 1 || text == header_)) {
      header_ = text;
      return;
    }
    Import& import = requests_.import();
    import.count_row();
    const std::size_t width = layout_.width;
    const bool has_more = count > width && layout_.key_holds_delimiters;
    if (width > 0 && (has_more ? count > kMostColumns : count != width)) {
      return import.malformed(number, fmt::format("has {} columns instead of {}", count, width));
    }
    count_ = std::min(count, kMostColumns);
    more_ = has_more ? count - width : 0;
    if (const char* wrong = take(number)) import.malformed(number, wrong);
  }

  Trace finish() { return requests_.finish(); }

 private:
  // A column that stands behind the key moves with the delimiters within it.
  std::string_view field(Field field) const {
    const std::int8_t column = layout_.column(field);
    if (column == KeyValueLayout::kAbsent) return {};
    const std::size_t at =
        static_cast<std::size_t>(column) + (column > layout_.column(Field::kKey) ? more_ : 0);
    return at < count_ ? fields_[at] : std::string_view();
  }

  std::string_view key() {
    const std::string_view first = field(Field::kKey);
    if (more_ > 0) {
      const std::string_view last =
          fields_[static_cast<std::size_t>(layout_.column(Field::kKey)) + more_];
      return {first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data())};
    }
    if (!layout_.key_is_offset) return first;
    key_.assign(session_);
    key_ += '/';
    key_ += first;
    return key_;
  }

  void take_session() {
    session_.assign(field(Field::kSession));
    if (!layout_.has(Field::kSessionPart)) return;
    session_ += '.';
    session_ += field(Field::kSessionPart);
  }

  // What is wrong with the row, if anything.
  const char* take(std::uint64_t number) {
    const std::string_view time = field(Field::kTime);
    const auto time_ns =
        layout_.times_are_filetime ? parse_filetime(time) : parse_time(time, layout_.time_unit_ns);
    if (!time_ns) return "has no time where one is expected";
    if (!knows_resolution_) {
      // Decimal fractions are written as long as they are.
      const bool has_fraction = time.find('.') != std::string_view::npos;
      requests_.import().set_resolution(has_fraction ? std::min(kMicrosecond, layout_.time_unit_ns)
                                                     : layout_.time_unit_ns);
      knows_resolution_ = true;
    }
    KeyValueRequests::Request request = {.line = number, .time_ns = *time_ns};
    if (layout_.has(Field::kOp)) {
      const std::string_view name = field(Field::kOp);
      std::optional<Op> op;
      if (!layout_.ops_are_numbers) op = key_value_op(name);
      if (layout_.ops_are_numbers && name == "0") op = Op::kRead;
      if (layout_.ops_are_numbers && name == "1") op = Op::kWrite;
      if (!op) return "has an unknown operation";
      request.op = *op;
    }
    take_session();
    request.session = session_;
    request.key = key();
    if (field(Field::kKey).empty()) return "has no key";
    const auto number_of = [&](Field name, std::uint64_t most, std::int64_t absent) {
      const std::string_view text = field(name);
      if (text.empty()) return std::optional(absent);
      const auto value = parse_unsigned(text, most);
      return value ? std::optional(static_cast<std::int64_t>(*value)) : std::nullopt;
    };
    const auto bytes = number_of(
        Field::kBytes, static_cast<std::uint64_t>(INT64_MAX / layout_.bytes_unit), kUnknown);
    const Nanoseconds unit_ns = layout_.duration_unit_ns;
    const auto duration = number_of(
        Field::kDuration, static_cast<std::uint64_t>(kLongestDuration / unit_ns), kUnknown);
    const auto count = number_of(Field::kCount, kMostRepeats, 1);
    if (!bytes || !duration) return "has a size or a duration that is no number";
    if (!count) return "stands for no number of requests up to 100000";
    request.bytes = *bytes == kUnknown ? kUnknown : *bytes * layout_.bytes_unit;
    request.dur_ns = *duration == kUnknown ? kUnknown : *duration * unit_ns;
    request.count = static_cast<std::uint32_t>(*count);
    requests_.add(request);
    return nullptr;
  }

  const KeyValueLayout& layout_;
  KeyValueRequests requests_;
  std::array<std::string_view, kMostColumns> fields_;
  std::size_t count_ = 0;
  std::size_t more_ = 0;  // delimiters within the key
  std::string header_;
  std::string session_;
  std::string key_;
  bool knows_resolution_ = false;
};

std::string_view first_line(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\n'));
  return line.substr(0, line.size() - (line.ends_with('\r') ? 1 : 0));
}

// The layout with its columns where the header has their names.
KeyValueLayout layout_of_header(std::string_view head, std::string_view file,
                                const KeyValueLayout& layout) {
  KeyValueLayout found = layout;
  std::array<std::string_view, kMostColumns> names;
  found.width = split_fields(first_line(head), layout.delimiter, names);
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(found.width, kMostColumns));
  for (std::size_t i = 0; i < kKeyValueFields; ++i) {
    if (layout.names[i].empty()) continue;
    const auto at = std::find(names.begin(), end, layout.names[i]);
    if (at != end) {
      found.columns[i] = static_cast<std::int8_t>(at - names.begin());
      continue;
    }
    const Field field = static_cast<Field>(i);
    if (field != Field::kTime && field != Field::kKey && field != Field::kOp) continue;
    throw InputError({std::string(file), 1},
                     fmt::format("its header has no column '{}', without which its rows are no "
                                 "requests that could be replayed",
                                 layout.names[i]));
  }
  return found;
}

struct FirstRow {
  std::array<std::string_view, kMostColumns> fields;
  std::size_t count = 0;

  explicit FirstRow(std::string_view head) : count(split_fields(first_line(head), ',', fields)) {}
  bool is_number(std::size_t i) const { return parse_unsigned(fields[i]).has_value(); }
  bool are_numbers() const {
    return std::all_of(fields.begin(),
                       fields.begin() + static_cast<std::ptrdiff_t>(std::min(count, kMostColumns)),
                       [](std::string_view field) { return parse_unsigned(field).has_value(); });
  }
};

bool has_columns(std::string_view head, std::string_view one, std::string_view other) {
  const FirstRow row(head);
  const std::span names = std::span(row.fields).first(std::min(row.count, kMostColumns));
  return std::ranges::find(names, one) != names.end() &&
         std::ranges::find(names, other) != names.end();
}

TraceFormat::Fit certain_if(bool fits) {
  return fits ? TraceFormat::Fit::kYes : TraceFormat::Fit::kNo;
}

TraceFormat::Fit possible_if(bool fits) {
  return fits ? TraceFormat::Fit::kMaybe : TraceFormat::Fit::kNo;
}

}  // namespace

Trace read_key_value(PeekedSource& source, std::string_view file, const ImportOptions& options,
                     const KeyValueLayout& layout) {
  const KeyValueLayout found =
      layout.has_names ? layout_of_header(source.head(), file, layout) : layout;
  Rows rows(file, options, found);
  LineReader lines(source);
  while (const auto line = lines.next()) rows.line(*line, lines.line());
  return rows.finish();
}

Trace read_libcachesim(PeekedSource& source, std::string_view file, const ImportOptions& options) {
  if (options.columns.empty()) {
    throw InputError(
        fmt::format("{}: its columns have no names; say which are which, as in --columns "
                    "time-col=1,obj-id-col=2,obj-size-col=3",
                    file));
  }
  return read_key_value(source, file, options, layout_of_columns(options.columns));
}

TraceFormat::Fit fits_twitter(std::string_view head) {
  static constexpr std::array<std::string_view, 11> kOps = {
      "get", "gets", "set", "add", "replace", "cas", "append", "prepend", "delete", "incr", "decr"};
  const FirstRow row(head);
  if (row.count < 7 || row.count > kMostColumns) return TraceFormat::Fit::kNo;
  return certain_if(row.is_number(0) && row.is_number(row.count - 3) &&
                    row.is_number(row.count - 1) &&
                    std::ranges::find(kOps, row.fields[row.count - 2]) != kOps.end());
}

TraceFormat::Fit fits_meta_cache(std::string_view head) {
  return certain_if(has_columns(head, "key", "op_count") && has_columns(head, "op", "size"));
}

TraceFormat::Fit fits_meta_block(std::string_view head) {
  return certain_if(has_columns(head, "block_id", "op_name"));
}

TraceFormat::Fit fits_msr(std::string_view head) {
  const FirstRow row(head);
  return certain_if(row.count == 7 && parse_filetime(row.fields[0]) && row.is_number(4) &&
                    (row.fields[3] == "Read" || row.fields[3] == "Write"));
}

TraceFormat::Fit fits_alibaba(std::string_view head) {
  const FirstRow row(head);
  return certain_if(row.count == 5 && row.is_number(0) && row.is_number(2) && row.is_number(3) &&
                    row.is_number(4) && (row.fields[1] == "R" || row.fields[1] == "W"));
}

TraceFormat::Fit fits_tencent(std::string_view head) {
  const FirstRow row(head);
  return possible_if(row.count == 5 && row.are_numbers() &&
                     (row.fields[3] == "0" || row.fields[3] == "1"));
}

// Numbers say nothing of themselves.
TraceFormat::Fit fits_libcachesim(std::string_view head) {
  const FirstRow row(head);
  return possible_if(row.count >= 2 && row.count <= kMostColumns && row.are_numbers());
}

}  // namespace switchyard
