// Text for tables on a terminal. Widths count characters of UTF-8, each one column wide.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace switchyard {

std::size_t display_width(std::string_view text);

std::string pad_right(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);

// At most `width` characters (at least 1), cut out of the middle: what tells names apart is mostly
// at their ends.
std::string shorten(std::string_view text, std::size_t width);

// Spaces for line breaks and other control characters, which names may hold.
std::string one_line(std::string_view text);

// Lines of at most `width` characters, broken between words and each ended by a line break; lines
// after the first are indented. A longer word stays whole.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

// `text` with an ANSI style such as "1;32".
std::string coloured(std::string_view text, std::string_view style);

}  // namespace switchyard
