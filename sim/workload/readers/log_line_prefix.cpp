#include "workload/readers/log_line_prefix.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/error.h"

namespace switchyard {
namespace {

// What a prefix may hold can't be told from where it ends; so many attempts are made on a line.
constexpr int kAttempts = 500;
constexpr std::size_t kLongestPrefix = 1'000;

constexpr std::array<std::string_view, 18> kSeverities = {
    "LOG",    "ERROR",  "FATAL",  "PANIC",  "WARNING",   "NOTICE", "INFO",    "DEBUG", "DEBUG1",
    "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5", "STATEMENT", "DETAIL", "CONTEXT", "HINT",  "QUERY"};

// Most telling first: of several that fit equally many lines the first is taken.
constexpr std::array<std::string_view, 14> kKnownPrefixes = {
    "%m [%p] %q%u@%d/%a %h %c %l v=%v x=%x e=%e i=%i Q=%Q ",
    "%m %c %p %u@%d ",
    "%m|%u|%d|%c|",
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%t [%p]: user=%u,db=%d,app=%a,client=%h ",
    "%t [%p]: [%l-1] user=%u,db=%d ",
    "%t:%r:%u@%d:[%p]:",
    "%m [%p] %q[user=%u,db=%d,app=%a] ",
    "%m [%p] %q%u@%d/%a ",
    "%m [%p] %q%u@%d ",
    "%t [%p-%l] %q%u@%d ",
    "%m [%p]: ",
    "%m [%p] ",
    "%t ",
};

bool is_space(char c) {
  return c == ' ';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Which characters the value of an escape is made of; empty for any.
std::string_view alphabet_of(char escape) {
  switch (escape) {
    case 'p':
    case 'P':
    case 'l':
    case 'x':
      return "0123456789";
    case 'Q':
      return "-0123456789";
    case 'c':
      return "0123456789abcdef.";
    case 'v':
      return "0123456789/";
    case 'e':
      return "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    default:
      return {};
  }
}

}  // namespace

LogLinePrefix::LogLinePrefix(std::string_view setting) : setting_(setting) {
  static constexpr std::string_view kEscapes = "audrhbpPtmnQiecslvxq";
  for (std::size_t i = 0; i < setting.size(); ++i) {
    if (setting[i] != '%' || i + 1 == setting.size()) {
      if (parts_.empty() || parts_.back().escape != 0) parts_.emplace_back();
      parts_.back().literal += setting[i];
      continue;
    }
    Part part;
    ++i;
    while (i < setting.size() && (setting[i] == '-' || (setting[i] >= '0' && setting[i] <= '9'))) {
      part.is_padded = true;
      ++i;
    }
    part.escape = i < setting.size() ? setting[i] : '\0';
    if (part.escape == '%') {
      if (parts_.empty() || parts_.back().escape != 0) parts_.emplace_back();
      parts_.back().literal += '%';
      continue;
    }
    if (kEscapes.find(part.escape) == std::string_view::npos) {
      throw InputError(fmt::format("log_line_prefix '{}': PostgreSQL knows no escape '%{}'",
                                   setting, part.escape));
    }
    has_time_ |= part.escape == 't' || part.escape == 'm' || part.escape == 'n';
    has_session_ |= part.escape == 'c' || part.escape == 'p';
    parts_.push_back(std::move(part));
  }
}

std::optional<LogLinePrefix::Match> LogLinePrefix::match(std::string_view line) const {
  Match match;
  int budget = kAttempts;
  if (!match_from(0, line, match, budget)) return std::nullopt;
  return match;
}

bool LogLinePrefix::match_from(std::size_t part, std::string_view rest, Match& match,
                               int& budget) const {
  if (--budget < 0) return false;
  if (part == parts_.size()) return match_severity(rest, match);
  const Part& p = parts_[part];
  if (p.escape == 0) {
    return rest.starts_with(p.literal) &&
           match_from(part + 1, rest.substr(p.literal.size()), match, budget);
  }
  if (p.escape == 'q') {
    // Background processes stop here.
    if (match_from(part + 1, rest, match, budget)) return true;
    match.stopped_at_q = true;
    return match_severity(rest, match);
  }
  return match_escape(part, rest, match, budget);
}

bool LogLinePrefix::match_escape(std::size_t part, std::string_view rest, Match& match,
                                 int& budget) const {
  const Part& p = parts_[part];
  const auto go_on = [&](std::size_t size) {
    return match_from(part + 1, rest.substr(size), match, budget);
  };
  std::size_t padding = 0;
  while (p.is_padded && padding < rest.size() && rest[padding] == ' ') ++padding;
  if (p.escape == 't' || p.escape == 'm' || p.escape == 's') {
    const auto stamp = parse_time_stamp(rest.substr(padding));
    if (!stamp) return false;
    if (p.escape != 's') match.stamp = stamp;
    std::size_t size = padding + stamp->size;
    while (p.is_padded && size < rest.size() && rest[size] == ' ') ++size;
    return go_on(size);
  }
  if (p.escape == 'n') {
    double seconds = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), seconds);
    if (error != std::errc() || !(seconds >= 0 && seconds < 4e9)) return false;
    match.stamp = TimeStamp{std::llround(seconds * 1e3) * kMillisecond, kMillisecond,
                            TimeStamp::Zone::kUtc, 0};
    return go_on(static_cast<std::size_t>(end - rest.data()));
  }
  // Of a given alphabet as long as possible; of any, as short as lets the rest match.
  const std::string_view alphabet = p.is_padded ? std::string_view() : alphabet_of(p.escape);
  const auto accept = [&](std::size_t size) {
    if (!go_on(size)) return false;
    const std::string_view value = trimmed(rest.substr(0, size));
    if (p.escape == 'c') match.session = value;
    if (p.escape == 'p') match.process = value;
    if (p.escape == 'b') match.backend_type = value;
    return true;
  };
  if (!alphabet.empty()) {
    return accept(std::min(rest.find_first_not_of(alphabet), rest.size()));
  }
  const std::size_t longest = std::min(rest.size(), kLongestPrefix);
  const bool before_literal = part + 1 < parts_.size() && parts_[part + 1].escape == 0;
  for (std::size_t size = 0; size <= longest && budget > 0; ++size) {
    if (before_literal) size = rest.find(parts_[part + 1].literal, size);
    if (size > longest) return false;
    if (accept(size)) return true;
  }
  return false;
}

// "LOG:  duration: …": two blanks behind the colon.
bool LogLinePrefix::match_severity(std::string_view rest, Match& match) {
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view severity = rest.substr(0, colon);
  if (std::ranges::find(kSeverities, severity) == kSeverities.end()) return false;
  rest.remove_prefix(colon + 1);
  if (!rest.starts_with("  ")) return false;
  match.severity = severity;
  match.message = rest.substr(2);
  return true;
}

std::optional<LogLinePrefix> guess_log_line_prefix(const std::vector<std::string_view>& lines) {
  std::optional<LogLinePrefix> best;
  int most = 0;
  for (const std::string_view setting : kKnownPrefixes) {
    LogLinePrefix prefix(setting);
    // A line that stops at %q tells less: many prefixes begin like it.
    int score = 0;
    for (const std::string_view line : lines) {
      const auto match = prefix.match(line);
      if (match) score += match->stopped_at_q ? 1 : 2;
    }
    if (score > most) {
      most = score;
      best = std::move(prefix);
    }
  }
  return best;
}

}  // namespace switchyard
