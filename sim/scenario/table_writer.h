// Writes a TOML table key by key, leaving out what is as it would be without the key.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "workload/law.h"

namespace switchyard {

// A text in quotes, on one line. Throws InputError unless it is UTF-8, which TOML demands.
std::string toml_text(std::string_view text);
// A key or part of a header: in quotes where it needs them.
std::string toml_key(std::string_view name);
// `value` as its shortest decimal that is the same number.
std::string toml_number(double value);
std::string toml_integer(std::uint64_t value);
// [a, b], of values as they are written.
std::string toml_list(const std::vector<std::string>& values);
// ["1ms", "2ms"], of nanoseconds, which are rounded to whole ones.
std::string toml_times(std::span<const double> times);

// A path such that the reader of `file` finds what `path` names now: see to_toml().
std::string written_path(const std::string& path, const std::string& file);

class TableWriter {
 public:
  // `file`: where the table is to be saved, for relative paths; it must outlive the writer.
  explicit TableWriter(const std::string& file) : file_(file) {}

  // `written`: a value in TOML.
  void put(std::string_view key, std::string_view written);
  // The others write nothing for the usual value.
  void text(std::string_view key, std::string_view value, std::string_view usual);
  void boolean(std::string_view key, bool value, bool usual);
  void integer(std::string_view key, std::uint64_t value, std::uint64_t usual);
  void number(std::string_view key, double value, double usual);
  void duration(std::string_view key, Nanoseconds value, Nanoseconds usual);
  void texts(std::string_view key, const std::vector<std::string>& values);
  void law(std::string_view key, const Law& value, const std::optional<Law>& usual);
  // One of `words`, which stand for the enumerators in their order.
  template <class Enum>
  void choice(std::string_view key, std::span<const std::string_view> words, Enum value,
              Enum usual) {
    if (value != usual) put(key, toml_text(words[static_cast<std::size_t>(value)]));
  }

  bool empty() const { return keys_.empty(); }
  // One "key = value" a line.
  std::string lines() const;
  // { key = value, … }
  std::string in_line() const;

 private:
  const std::string& file_;
  std::vector<std::string> keys_;
};

}  // namespace switchyard
