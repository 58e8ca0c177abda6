#include "workload/readers/key_value/layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "workload/readers/delimited.h"

namespace switchyard {
namespace {

constexpr std::int8_t kAbsent = KeyValueLayout::kAbsent;
constexpr std::int64_t kLastTime = 4'000'000'000'000'000'000;
constexpr std::array<std::int8_t, kKeyValueFields> kNoColumns = {
    kAbsent, kAbsent, kAbsent, kAbsent, kAbsent, kAbsent, kAbsent, kAbsent};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

[[noreturn]] void fail(std::string_view columns, std::string_view what) {
  throw InputError(fmt::format(
      "--columns '{}': {}; expected something like time-col=2,obj-id-col=5,obj-size-col=4,op-col=3,"
      "tenant-col=1,time-unit=s,has-header=false,delimiter=,",
      columns, what));
}

// "," or "\t" behind "delimiter=", and the rest of the text behind it.
char take_delimiter(std::string_view& rest, std::string_view columns) {
  if (rest.empty()) fail(columns, "its delimiter is empty");
  const bool is_tab = rest.starts_with("\\t");
  const char delimiter = is_tab ? '\t' : rest.front();
  rest.remove_prefix(is_tab ? 2 : 1);
  if (!rest.empty() && rest.front() != ',') fail(columns, "its delimiter is no one character");
  if (!rest.empty()) rest.remove_prefix(1);
  return delimiter;
}

struct Name {
  std::string_view option;
  KeyValueField field;
};
constexpr std::array<Name, 5> kColumnOptions = {{{"time-col", KeyValueField::kTime},
                                                 {"obj-id-col", KeyValueField::kKey},
                                                 {"obj-size-col", KeyValueField::kBytes},
                                                 {"op-col", KeyValueField::kOp},
                                                 {"tenant-col", KeyValueField::kSession}}};

void set_option(KeyValueLayout& layout, std::string_view name, std::string_view value,
                std::string_view columns) {
  // What libCacheSim takes beside these makes no difference here.
  static constexpr std::array<std::string_view, 2> kIgnored = {"ttl-col", "obj-id-is-num"};
  static constexpr std::array<std::string_view, 4> kUnits = {"ns", "us", "ms", "s"};
  const auto column = std::ranges::find(kColumnOptions, name, &Name::option);
  if (column != kColumnOptions.end()) {
    const auto position = parse_unsigned(value, kMostColumns);
    if (!position || *position == 0) {
      fail(columns, fmt::format("{} is no number from 1 to {}", name, kMostColumns));
    }
    layout.columns[static_cast<std::size_t>(column->field)] =
        static_cast<std::int8_t>(*position - 1);
  } else if (name == "has-header") {
    if (value != "true" && value != "false") fail(columns, "has-header is neither true nor false");
    layout.has_header = value == "true";
  } else if (name == "time-unit") {
    const auto unit = std::ranges::find(kUnits, value);
    if (unit == kUnits.end()) fail(columns, "time-unit is none of ns, us, ms and s");
    layout.time_unit_ns = 1;
    for (auto at = kUnits.begin(); at != unit; ++at) layout.time_unit_ns *= 1000;
  } else if (std::ranges::find(kIgnored, name) == kIgnored.end()) {
    fail(columns, fmt::format("'{}' is unknown", name));
  }
}

}  // namespace

const KeyValueLayout kTwitterLayout = {.name = "twitter",
                                       .columns = {0, 1, 5, 4, kAbsent, 3, kAbsent, kAbsent},
                                       .width = 7,
                                       .key_holds_delimiters = true};
const KeyValueLayout kMetaCacheLayout = {
    .name = "metakv",
    .columns = kNoColumns,
    .names = {"op_time", "key", "op", "usecase", "", "size", "", "op_count"},
    .has_names = true,
    .has_header = true};
const KeyValueLayout kMetaBlockLayout = {
    .name = "metablock",
    .columns = kNoColumns,
    .names = {"op_time", "block_id", "op_name", "user_name", "", "io_size", "", "op_count"},
    .has_names = true,
    .has_header = true};
const KeyValueLayout kMsrLayout = {.name = "msr",
                                   .columns = {0, 4, 3, 1, 2, 5, 6, kAbsent},
                                   .width = 7,
                                   .key_is_offset = true,
                                   .times_are_filetime = true,
                                   .time_unit_ns = 100,
                                   .duration_unit_ns = 100};
const KeyValueLayout kAlibabaLayout = {.name = "alibaba",
                                       .columns = {4, 2, 1, 0, kAbsent, 3, kAbsent, kAbsent},
                                       .width = 5,
                                       .key_is_offset = true,
                                       .time_unit_ns = kMicrosecond};
const KeyValueLayout kTencentLayout = {.name = "tencent",
                                       .columns = {0, 1, 3, 4, kAbsent, 2, kAbsent, kAbsent},
                                       .width = 5,
                                       .key_is_offset = true,
                                       .ops_are_numbers = true,
                                       .bytes_unit = 512};

KeyValueLayout layout_of_columns(std::string_view columns) {
  KeyValueLayout layout = {.name = "libcachesim", .columns = kNoColumns};
  std::string_view rest = columns;
  while (!rest.empty()) {
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) fail(columns, "an option has no '='");
    const std::string_view name = trimmed(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    if (name == "delimiter") {
      layout.delimiter = take_delimiter(rest, columns);
      continue;
    }
    const std::size_t end = std::min(rest.find(','), rest.size());
    set_option(layout, name, trimmed(rest.substr(0, end)), columns);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!layout.has(KeyValueField::kTime) || !layout.has(KeyValueField::kKey)) {
    fail(columns, "time-col and obj-id-col are both needed");
  }
  return layout;
}

std::optional<Op> key_value_op(std::string_view name) {
  struct Known {
    std::string_view beginning;
    Op op;
  };
  static constexpr std::array<Known, 16> kKnown = {{{"get", Op::kRead},
                                                    {"read", Op::kRead},
                                                    {"set", Op::kWrite},
                                                    {"put", Op::kWrite},
                                                    {"write", Op::kWrite},
                                                    {"delete", Op::kWrite},
                                                    {"add", Op::kWrite},
                                                    {"replace", Op::kWrite},
                                                    {"cas", Op::kWrite},
                                                    {"append", Op::kWrite},
                                                    {"prepend", Op::kWrite},
                                                    {"incr", Op::kWrite},
                                                    {"decr", Op::kWrite},
                                                    {"insert", Op::kWrite},
                                                    {"update", Op::kWrite},
                                                    {"touch", Op::kWrite}}};
  if (name.size() == 1) {
    const char letter = lower(name.front());
    if (letter == 'r') return Op::kRead;
    if (letter == 'w') return Op::kWrite;
    return std::nullopt;
  }
  for (const Known& known : kKnown) {
    const std::string_view beginning = known.beginning;
    if (name.size() >= beginning.size() &&
        std::equal(beginning.begin(), beginning.end(), name.begin(),
                   [](char expected, char c) { return expected == lower(c); })) {
      return known.op;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_time(std::string_view text, Nanoseconds unit_ns) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto whole =
      parse_unsigned(text.substr(0, point), static_cast<std::uint64_t>(kLastTime / unit_ns));
  if (!whole) return std::nullopt;
  std::int64_t time_ns = static_cast<std::int64_t>(*whole) * unit_ns;
  Nanoseconds digit_ns = unit_ns;
  for (std::size_t i = point + 1; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    digit_ns /= 10;
    time_ns += (text[i] - '0') * digit_ns;
  }
  return time_ns;
}

std::optional<std::int64_t> parse_filetime(std::string_view text) {
  static constexpr std::uint64_t kUnixEpoch = 116'444'736'000'000'000;
  const auto ticks = parse_unsigned(text, kUnixEpoch + kLastTime / 100);
  if (!ticks || *ticks < kUnixEpoch) return std::nullopt;
  return static_cast<std::int64_t>(*ticks - kUnixEpoch) * 100;
}

}  // namespace switchyard
