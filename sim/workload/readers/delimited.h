// Lines of plain fields: between one-character delimiters, without quoting.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace switchyard {

// How many fields a line has; those that find no place in `fields` are counted only.
inline std::size_t split_fields(std::string_view line, char delimiter,
                                std::span<std::string_view> fields) {
  std::size_t count = 0;
  for (;;) {
    const std::size_t end = line.find(delimiter);
    if (count < fields.size()) fields[count] = line.substr(0, end);
    ++count;
    if (end == std::string_view::npos) return count;
    line.remove_prefix(end + 1);
  }
}

// Nothing unless all of `text` is one number from 0 to `most`.
inline std::optional<std::uint64_t> parse_unsigned(std::string_view text,
                                                   std::uint64_t most = UINT64_MAX) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end || value > most) return std::nullopt;
  return value;
}

}  // namespace switchyard
