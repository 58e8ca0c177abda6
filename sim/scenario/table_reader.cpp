#include "scenario/table_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "scenario/vocabulary.h"

namespace switchyard {
namespace {

SourceLocation location_of(const toml::node& node, const std::string& file) {
  return {file, node.source().begin.line, node.source().begin.column};
}

// What the user wrote, in one line.
std::string describe(const toml::node& node) {
  if (node.is_table()) return "a table";
  if (node.is_array()) return "a list";
  std::ostringstream text;
  node.visit([&](const auto& value) { text << value; });
  std::string line = text.str();
  std::ranges::replace(line, '\n', ' ');
  return line;
}

// One duration with a unit a line; blank lines and lines that start with # are left out.
std::vector<double> read_durations(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw InputError(path + ": cannot be opened");
  std::vector<double> values;
  std::string line;
  for (std::uint64_t number = 1; std::getline(in, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.starts_with('#')) continue;
    const auto value = parse_duration(line);
    if (!value) {
      throw InputError(
          {path, number, 1},
          fmt::format("expected a duration with a unit such as 2.5ms, found '{}'", line));
    }
    values.push_back(static_cast<double>(*value));
  }
  if (values.empty()) throw InputError(path + ": holds no durations");
  return values;
}

}  // namespace

const toml::node* TableReader::find(std::string_view key) {
  known_.emplace_back(key);
  return table_.get(key);
}

void TableReader::fail(const toml::node& node, const std::string& message) const {
  throw InputError(location_of(node, file_), message);
}

void TableReader::fail_missing(std::string_view key, std::string_view what) const {
  fail(table_, fmt::format("{} is missing: {}", name_of(key), what));
}

std::string TableReader::name_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

std::string TableReader::text(std::string_view key, std::string_view fallback) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::string(fallback);
  const auto value = node->value_exact<std::string>();
  if (!value) fail(*node, fmt::format("{} must be a text in quotes", name_of(key)));
  return *value;
}

bool TableReader::boolean(std::string_view key, bool fallback) {
  const toml::node* node = find(key);
  if (node == nullptr) return fallback;
  const auto value = node->value_exact<bool>();
  if (!value) fail(*node, fmt::format("{} must be true or false", name_of(key)));
  return *value;
}

std::uint64_t TableReader::integer(std::string_view key, std::uint64_t fallback, std::uint64_t min,
                                   std::uint64_t max) {
  const toml::node* node = find(key);
  if (node == nullptr) return fallback;
  const auto value = node->value_exact<std::int64_t>();
  if (!value || *value < 0 || static_cast<std::uint64_t>(*value) < min ||
      static_cast<std::uint64_t>(*value) > max) {
    fail(*node, fmt::format("{} must be an integer from {} to {}, found {}", name_of(key), min, max,
                            describe(*node)));
  }
  return static_cast<std::uint64_t>(*value);
}

double TableReader::number_of(const toml::node& node, std::string_view key) const {
  const auto value = node.is_number() ? node.value<double>() : std::nullopt;
  if (!value || !std::isfinite(*value)) {
    fail(node, fmt::format("{} must be a number, found {}", name_of(key), describe(node)));
  }
  return *value;
}

double TableReader::number(std::string_view key, double fallback, double min, bool above) {
  const toml::node* node = find(key);
  if (node == nullptr) return fallback;
  const double value = number_of(*node, key);
  if (value < min || (above && value == min)) {
    fail(*node, fmt::format("{} must be {} {}, found {}", name_of(key),
                            above ? "above" : "at least", min, value));
  }
  return value;
}

double TableReader::share(std::string_view key, double fallback) {
  const double value = number(key, fallback, 0);
  if (value > 1) {
    fail(*find(key), fmt::format("{} must be from 0 to 1, found {}", name_of(key), value));
  }
  return value;
}

Nanoseconds TableReader::duration_of(const toml::node& node, std::string_view key) const {
  const auto text = node.value_exact<std::string>();
  const auto value = text ? parse_duration(*text) : std::nullopt;
  if (!value) {
    fail(node, fmt::format("{} must be a duration in quotes with a unit (ns, us, ms, s, min, h), "
                           "such as \"2.5ms\"; found {}",
                           name_of(key), describe(node)));
  }
  return *value;
}

Nanoseconds TableReader::duration(std::string_view key, Nanoseconds fallback) {
  const toml::node* node = find(key);
  return node == nullptr ? fallback : duration_of(*node, key);
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return {};
  if (!node->is_array()) fail(*node, fmt::format("{} must be a list of texts", name_of(key)));
  std::vector<std::string> values;
  for (const toml::node& item : *node->as_array()) {
    const auto value = item.value_exact<std::string>();
    if (!value) fail(item, fmt::format("{} must be a list of texts", name_of(key)));
    values.push_back(*value);
  }
  return values;
}

std::vector<double> TableReader::numbers(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) fail_missing(key, "expected a list of numbers");
  if (!node->is_array()) fail(*node, fmt::format("{} must be a list of numbers", name_of(key)));
  std::vector<double> values;
  for (const toml::node& item : *node->as_array()) {
    values.push_back(number_of(item, key));
    if (values.back() < 0) fail(item, fmt::format("{} must not be negative", name_of(key)));
  }
  return values;
}

std::vector<double> TableReader::durations(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) fail_missing(key, "expected a list of durations");
  if (!node->is_array()) fail(*node, fmt::format("{} must be a list of durations", name_of(key)));
  std::vector<double> values;
  for (const toml::node& item : *node->as_array()) {
    values.push_back(static_cast<double>(duration_of(item, key)));
  }
  return values;
}

std::optional<TableReader> TableReader::table(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_table()) fail(*node, fmt::format("{} must be a table", name_of(key)));
  return TableReader(*node->as_table(), name_of(key), file_);
}

std::optional<Law> TableReader::law(std::string_view key) {
  auto reader = table(key);
  if (!reader) return std::nullopt;
  Law law = reader->read_law();
  reader->finish();
  return law;
}

Law TableReader::read_law() {
  if (!has("law")) fail_missing("law", "expected one of " + join_names(kTimeLaws));
  const auto required = [&](std::string_view key) {
    if (!has(key)) fail_missing(key, "expected a duration such as \"2ms\"");
    return static_cast<double>(duration(key, 0));
  };
  const auto positive = [&](std::string_view key) {
    const double value = required(key);
    if (value <= 0) fail(*find(key), fmt::format("{} must be above 0", name_of(key)));
    return value;
  };
  const auto ratio = [&](std::string_view key, double min, bool above) {
    if (!has(key)) fail_missing(key, "expected a number");
    return number(key, 0, min, above);
  };
  switch (choice("law", kTimeLaws, 0)) {
    case 0:
      return Law::constant(required("value"));
    case 1:
      return Law::exponential(positive("mean"));
    case 2: {
      const double mean = positive("mean");
      return Law::lognormal(mean, ratio("cv", 0, true));
    }
    case 3: {
      const double mean = positive("mean");
      if (!has("k")) fail_missing("k", "expected an integer");
      return Law::erlang(mean, static_cast<unsigned>(integer("k", 1, 1, 1000)));
    }
    case 4: {
      const double mean = positive("mean");
      return Law::hyperexponential(mean, ratio("cv", 1, false));
    }
    case 5: {
      std::vector<double> values = durations("values");
      std::vector<double> weights = numbers("weights");
      double total = 0;
      for (const double weight : weights) total += weight;
      if (values.empty() || values.size() != weights.size() || total <= 0) {
        fail(table_, fmt::format("{} needs as many weights as values, not all of them 0", path_));
      }
      return Law::discrete(std::move(values), std::move(weights));
    }
    case 6: {
      const double min = required("min");
      const double max = required("max");
      if (max < min) fail(*find("max"), fmt::format("{} must not be below min", name_of("max")));
      return Law::uniform(min, max);
    }
    case 7: {
      const double scale = positive("scale");
      return Law::pareto(scale, ratio("shape", 0, true));
    }
    case 8: {
      const double scale = positive("scale");
      return Law::weibull(scale, ratio("shape", 0, true));
    }
    default: {
      if (const toml::node* node = find("values")) {
        std::vector<double> values = durations("values");
        if (values.empty()) fail(*node, name_of("values") + " is an empty list");
        return Law::empirical(std::move(values));
      }
      std::string path = text("file", "");
      if (path.empty()) fail_missing("file", "expected the path of a list of durations");
      path = resolve_path(path, file_);
      return Law::empirical(read_durations(path), path);
    }
  }
}

std::size_t TableReader::choice(std::string_view key, std::span<const std::string_view> words,
                                std::size_t fallback) {
  const toml::node* node = find(key);
  if (node == nullptr) return fallback;
  const std::string value = text(key, "");
  const auto found = std::ranges::find(words, value);
  if (found == words.end()) {
    fail(*node, fmt::format("{} must be one of {}, found {}{}", name_of(key), join_names(words),
                            describe(*node), did_you_mean(value, words)));
  }
  return static_cast<std::size_t>(found - words.begin());
}

void TableReader::finish() const {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  for (const auto& [key, node] : table_) {
    if (std::ranges::find(known, key.str()) != known.end()) continue;
    const auto at = key.source().begin;
    throw InputError(
        {file_, at.line, at.column},
        fmt::format("unknown key '{}'{}", name_of(key.str()), did_you_mean(key.str(), known)));
  }
}

std::vector<std::pair<std::string, const toml::node*>> in_file_order(const toml::table& table) {
  struct Entry {
    toml::source_position at;
    std::string name;
    const toml::node* node;
  };
  std::vector<Entry> entries;
  for (const auto& [key, node] : table) {
    entries.push_back({key.source().begin, std::string(key.str()), &node});
  }
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) { return a.at < b.at; });
  std::vector<std::pair<std::string, const toml::node*>> ordered;
  ordered.reserve(entries.size());
  for (Entry& entry : entries) ordered.emplace_back(std::move(entry.name), entry.node);
  return ordered;
}

std::string resolve_path(const std::string& path, const std::string& file) {
  const std::filesystem::path given(path);
  if (given.is_absolute() || file.empty() || path == "-") return path;
  return (std::filesystem::path(file).parent_path() / given).lexically_normal().string();
}

}  // namespace switchyard
