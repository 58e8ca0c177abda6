// PostgreSQL's log_line_prefix: what stands before each message of its text log.
//
// Source: PostgreSQL manual, log_line_prefix.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workload/readers/time_stamp.h"

namespace switchyard {

class LogLinePrefix {
 public:
  // Throws InputError on an escape that PostgreSQL does not know.
  explicit LogLinePrefix(std::string_view setting);

  struct Match {
    std::optional<TimeStamp> stamp;
    std::string_view session;  // %c
    std::string_view process;  // %p
    std::string_view backend_type;
    std::string_view severity;  // LOG, ERROR, DETAIL, STATEMENT …
    std::string_view message;
    bool stopped_at_q = false;  // as for a background process
  };
  // Nothing if the line does not begin with such a prefix and a severity: it is the continuation of
  // an entry, or of another program.
  std::optional<Match> match(std::string_view line) const;

  bool has_time() const { return has_time_; }
  bool has_session() const { return has_session_; }
  const std::string& setting() const { return setting_; }

 private:
  struct Part {
    char escape = 0;  // 0: literal text
    bool is_padded = false;
    std::string literal;
  };
  bool match_from(std::size_t part, std::string_view rest, Match& match, int& budget) const;
  bool match_escape(std::size_t part, std::string_view rest, Match& match, int& budget) const;
  static bool match_severity(std::string_view rest, Match& match);

  std::string setting_;
  std::vector<Part> parts_;
  bool has_time_ = false;
  bool has_session_ = false;
};

// The prefix that most of these lines begin with, among widely used ones; nothing if none does.
std::optional<LogLinePrefix> guess_log_line_prefix(const std::vector<std::string_view>& lines);

}  // namespace switchyard
