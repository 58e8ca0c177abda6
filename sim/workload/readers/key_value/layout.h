// Where recordings of caches, key-value stores and block devices have what a request needs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/time.h"
#include "workload/op.h"

namespace switchyard {

// What a column may hold.
enum class KeyValueField : std::uint8_t {
  kTime,
  kKey,
  kOp,
  kSession,
  kSessionPart,  // completes the session's name
  kBytes,
  kDuration,
  kCount,  // so many requests within the stamp's second
};
inline constexpr std::size_t kKeyValueFields = 8;
// As many columns as a line is looked at for.
inline constexpr std::size_t kMostColumns = 64;

struct KeyValueLayout {
  static constexpr std::int8_t kAbsent = -1;

  std::string_view name;  // of the format, and TraceInfo::source
  // By KeyValueField: the position from 0; or the name in the header, "" for none.
  std::array<std::int8_t, kKeyValueFields> columns = {};
  std::array<std::string_view, kKeyValueFields> names = {};
  bool has_names = false;
  bool has_header = false;  // a first line to be passed over, or to find the names in
  std::size_t width = 0;    // columns of a row; 0 for any
  char delimiter = ',';
  bool key_holds_delimiters = false;
  bool key_is_offset = false;       // of the device that the session names
  bool ops_are_numbers = false;     // 0 reads, 1 writes
  bool times_are_filetime = false;  // Windows' 100 ns since 1601
  Nanoseconds time_unit_ns = kSecond;
  Nanoseconds duration_unit_ns = 1;
  std::int64_t bytes_unit = 1;

  std::int8_t column(KeyValueField field) const { return columns[static_cast<std::size_t>(field)]; }
  bool has(KeyValueField field) const { return column(field) != kAbsent; }
};

extern const KeyValueLayout kTwitterLayout;
extern const KeyValueLayout kMetaCacheLayout;
extern const KeyValueLayout kMetaBlockLayout;
extern const KeyValueLayout kMsrLayout;
extern const KeyValueLayout kAlibabaLayout;
extern const KeyValueLayout kTencentLayout;

// Of ImportOptions::columns, as libCacheSim takes them: "time-col=2,obj-id-col=5,delimiter=,".
// Throws InputError if it can't be understood, or names no column for the time or the key.
KeyValueLayout layout_of_columns(std::string_view columns);

// By the beginning of its name: get…, read… and r read; set…, put…, delete… and the like write.
std::optional<Op> key_value_op(std::string_view name);

// A non-negative decimal number of `unit_ns`; nothing if it is none, or beyond 4e18 ns.
std::optional<std::int64_t> parse_time(std::string_view text, Nanoseconds unit_ns);

// Nanoseconds of Unix time; nothing before 1970 or if it is no filetime.
std::optional<std::int64_t> parse_filetime(std::string_view text);

}  // namespace switchyard
