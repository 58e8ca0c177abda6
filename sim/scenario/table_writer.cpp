#include "scenario/table_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "scenario/vocabulary.h"

namespace switchyard {
namespace {

// Bytes of the character that the text begins with; 0 if it is none of UTF-8.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = byte(0) < 0x80             ? 1
                           : (byte(0) & 0xE0) == 0xC0 ? 2
                           : (byte(0) & 0xF0) == 0xE0 ? 3
                           : (byte(0) & 0xF8) == 0xF0 ? 4
                                                      : 0;
  if (size == 0 || text.size() < size) return 0;
  if (size == 1) return 1;
  std::uint32_t character = byte(0) & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    character = character << 6 | (byte(i) & 0x3FU);
  }
  // A longer form than needed, half of a pair of UTF-16, or beyond Unicode.
  static constexpr std::uint32_t kFirst[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xD800 && character < 0xE000;
  return character < kFirst[size] || surrogate || character > 0x10FFFF ? 0 : size;
}

// A text without a character that could mean something else in a key.
bool is_bare(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

// A law's time, of which a scenario knows whole nanoseconds.
std::string time_text(double ns) {
  return toml_text(exact_duration(std::llround(ns)));
}

std::string law_text(const Law& law, const std::string& file) {
  TableWriter writer(file);
  writer.put("law", toml_text(kTimeLaws[static_cast<std::size_t>(law.kind())]));
  switch (law.kind()) {
    case Law::Kind::kConstant:
      writer.put("value", time_text(law.first()));
      break;
    case Law::Kind::kExponential:
      writer.put("mean", time_text(law.first()));
      break;
    case Law::Kind::kLognormal:
    case Law::Kind::kHyperexponential:
      writer.put("mean", time_text(law.first()));
      writer.put("cv", toml_number(law.second()));
      break;
    case Law::Kind::kErlang:
      writer.put("mean", time_text(law.first()));
      writer.put("k", toml_integer(static_cast<std::uint64_t>(law.second())));
      break;
    case Law::Kind::kDiscrete: {
      std::vector<std::string> weights;
      for (const double weight : law.weights()) weights.push_back(toml_number(weight));
      writer.put("values", toml_times(law.values()));
      writer.put("weights", toml_list(weights));
      break;
    }
    case Law::Kind::kUniform:
      writer.put("min", time_text(law.first()));
      writer.put("max", time_text(law.second()));
      break;
    case Law::Kind::kPareto:
    case Law::Kind::kWeibull:
      writer.put("scale", time_text(law.first()));
      writer.put("shape", toml_number(law.second()));
      break;
    case Law::Kind::kEmpirical:
      if (law.file().empty()) {
        writer.put("values", toml_times(law.values()));
      } else {
        writer.put("file", toml_text(written_path(law.file(), file)));
      }
      break;
  }
  return writer.in_line();
}

}  // namespace

std::string toml_text(std::string_view text) {
  std::string quoted = "\"";
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t size = character_size(rest);
    if (size == 0) {
      throw InputError(
          fmt::format("'{}' is not UTF-8, so no scenario file can hold it; rename it", text));
    }
    const std::string_view character = rest.substr(0, size);
    rest.remove_prefix(size);
    const char c = character.front();
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (c == '\x7F' || (size == 1 && c < ' ')) {
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      quoted += character;
    }
  }
  return quoted + '"';
}

std::string toml_key(std::string_view name) {
  return is_bare(name) ? std::string(name) : toml_text(name);
}

std::string toml_number(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

std::string toml_integer(std::uint64_t value) {
  if (value > INT64_MAX) {
    throw InputError(
        fmt::format("{} is too large for a scenario file; use at most {}", value, INT64_MAX));
  }
  std::string text = std::to_string(value);
  if (value < 10'000) return text;
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, "_");
  return text;
}

std::string toml_list(const std::vector<std::string>& values) {
  return fmt::format("[{}]", fmt::join(values, ", "));
}

std::string toml_times(std::span<const double> times) {
  std::vector<std::string> texts;
  for (const double ns : times) texts.push_back(time_text(ns));
  return toml_list(texts);
}

std::string written_path(const std::string& path, const std::string& file) {
  namespace fs = std::filesystem;
  if (path.empty() || path == "-" || file.empty()) return path;
  const fs::path given = fs::path(path).lexically_normal();
  const fs::path folder = fs::path(file).parent_path().lexically_normal();
  if (given.is_absolute()) {
    const auto below_root = [](const fs::path& p) {
      return p.is_absolute() && ++p.begin() != p.end() ? *++p.begin() : fs::path();
    };
    if (below_root(given) != below_root(folder)) return path;
  }
  // Empty where no way leads there without a look at the disk.
  const fs::path way =
      given.is_absolute() == folder.is_absolute() ? given.lexically_relative(folder) : fs::path();
  if (way.empty()) return fs::absolute(given).lexically_normal().string();
  return way == "-" ? "./-" : way.string();
}

void TableWriter::put(std::string_view key, std::string_view written) {
  keys_.push_back(fmt::format("{} = {}", toml_key(key), written));
}

void TableWriter::text(std::string_view key, std::string_view value, std::string_view usual) {
  if (value != usual) put(key, toml_text(value));
}

void TableWriter::boolean(std::string_view key, bool value, bool usual) {
  if (value != usual) put(key, value ? "true" : "false");
}

void TableWriter::integer(std::string_view key, std::uint64_t value, std::uint64_t usual) {
  if (value != usual) put(key, toml_integer(value));
}

void TableWriter::number(std::string_view key, double value, double usual) {
  if (value != usual) put(key, toml_number(value));
}

void TableWriter::duration(std::string_view key, Nanoseconds value, Nanoseconds usual) {
  if (value != usual) put(key, toml_text(exact_duration(value)));
}

void TableWriter::texts(std::string_view key, const std::vector<std::string>& values) {
  if (values.empty()) return;
  std::vector<std::string> quoted;
  for (const std::string& value : values) quoted.push_back(toml_text(value));
  put(key, toml_list(quoted));
}

void TableWriter::law(std::string_view key, const Law& value, const std::optional<Law>& usual) {
  if (value != usual) put(key, law_text(value, file_));
}

std::string TableWriter::lines() const {
  std::string text;
  for (const std::string& key : keys_) text += key + "\n";
  return text;
}

std::string TableWriter::in_line() const {
  return keys_.empty() ? "{}" : fmt::format("{{ {} }}", fmt::join(keys_, ", "));
}

}  // namespace switchyard
