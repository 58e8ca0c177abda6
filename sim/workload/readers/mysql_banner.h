// The lines that a MySQL or MariaDB server writes whenever it opens a log.
#pragma once

#include <string_view>

namespace switchyard {

// "…mysqld, Version: 8.0.36 (…). started with:" and the two lines behind it.
inline bool is_mysql_version_line(std::string_view line) {
  return line.ends_with("started with:") && line.find(", Version: ") != std::string_view::npos;
}
inline bool is_mysql_banner_line(std::string_view line) {
  return is_mysql_version_line(line) || line.starts_with("Tcp port: ") ||
         line.starts_with("TCP Port: ") ||
         (line.starts_with("Time") && line.ends_with("Argument") &&
          line.find(" Id Command") != std::string_view::npos);
}

// Whether one of the lines of `head` begins like this.
inline bool has_line_with(std::string_view head, std::string_view beginning) {
  for (std::size_t at = head.find(beginning); at != std::string_view::npos;
       at = head.find(beginning, at + 1)) {
    if (at == 0 || head[at - 1] == '\n') return true;
  }
  return false;
}

}  // namespace switchyard
