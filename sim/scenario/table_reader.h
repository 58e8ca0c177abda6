// Reads a TOML table key by key; what was not asked for is an unknown key.
#pragma once

#include <toml++/toml.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "workload/law.h"

namespace switchyard {

class TableReader {
 public:
  // `path` is the table's name in messages ("workload.synthetic"); `file` must outlive the reader.
  TableReader(const toml::table& table, std::string path, const std::string& file)
      : table_(table), path_(std::move(path)), file_(file) {}

  const toml::node* find(std::string_view key);
  bool has(std::string_view key) { return find(key) != nullptr; }

  // Each returns the fallback when the key is absent and throws InputError on another type or a
  // value out of range.
  std::string text(std::string_view key, std::string_view fallback);
  bool boolean(std::string_view key, bool fallback);
  std::uint64_t integer(std::string_view key, std::uint64_t fallback, std::uint64_t min,
                        std::uint64_t max);
  // A number of at least (or above) `min`.
  double number(std::string_view key, double fallback, double min, bool above = false);
  // A number from 0 to 1.
  double share(std::string_view key, double fallback);
  Nanoseconds duration(std::string_view key, Nanoseconds fallback);
  // An absent list is empty.
  std::vector<std::string> texts(std::string_view key);
  std::vector<double> numbers(std::string_view key);
  std::vector<double> durations(std::string_view key);
  // { law = "…", … }; relative paths of empirical laws are resolved against the file's folder.
  std::optional<Law> law(std::string_view key);
  // One of `words`, as its position.
  std::size_t choice(std::string_view key, std::span<const std::string_view> words,
                     std::size_t fallback);
  std::optional<TableReader> table(std::string_view key);

  // Throws InputError if the table holds a key that was never asked for.
  void finish() const;

  [[noreturn]] void fail(const toml::node& node, const std::string& message) const;
  [[noreturn]] void fail_missing(std::string_view key, std::string_view what) const;
  std::string name_of(std::string_view key) const;
  const toml::table& raw() const { return table_; }
  const std::string& file() const { return file_; }

 private:
  double number_of(const toml::node& node, std::string_view key) const;
  Nanoseconds duration_of(const toml::node& node, std::string_view key) const;
  Law read_law();

  const toml::table& table_;
  std::string path_;
  const std::string& file_;
  std::vector<std::string> known_;
};

// The table's entries in the order in which the user wrote them; toml++ sorts keys.
std::vector<std::pair<std::string, const toml::node*>> in_file_order(const toml::table& table);

// `path` seen from the folder of `file`.
std::string resolve_path(const std::string& path, const std::string& file);

}  // namespace switchyard
