#include "measure/table_text.h"

#include <algorithm>

namespace switchyard {
namespace {

// Continuation bytes of UTF-8 take no room.
bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

void end_line(std::string& out, std::string row) {
  while (row.ends_with(' ')) row.pop_back();
  out += row + '\n';
}

}  // namespace

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::string pad_right(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t used = display_width(text);
  return used < width ? out.append(width - used, ' ') : out;
}

std::string pad_left(std::string_view text, std::size_t width) {
  const std::size_t used = display_width(text);
  return used < width ? std::string(width - used, ' ').append(text) : std::string(text);
}

std::string shorten(std::string_view text, std::size_t width) {
  const std::size_t length = display_width(text);
  if (length <= width) return std::string(text);
  const std::size_t head = (width - 1) / 2;
  const std::size_t tail_from = length - (width - 1 - head);
  std::string out;
  std::size_t character = 0;
  for (const char c : text) {
    if (begins_character(c) && ++character == head + 1) out += "…";
    if (character <= head || character > tail_from) out += c;
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return line;
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::string row;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (row.find_first_not_of(' ') != std::string::npos) {
      if (display_width(row) + 1 + display_width(word) > width) {
        end_line(out, std::move(row));
        row.assign(indent, ' ');
      } else {
        row += ' ';
      }
    }
    row += word;
  }
  end_line(out, std::move(row));
  return out;
}

std::string coloured(std::string_view text, std::string_view style) {
  return std::string("\x1b[").append(style).append("m").append(text).append("\x1b[0m");
}

}  // namespace switchyard
