#include "workload/readers/time_stamp.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace switchyard {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Takes characters from the front of a text; once something was not as expected, all fails.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool ok() const { return ok_; }
  std::size_t position() const { return at_; }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  char peek_next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }
  char take() { return at_ < text_.size() ? text_[at_++] : '\0'; }
  void expect(bool condition) { ok_ = ok_ && condition; }

  int digits(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      const char c = take();
      expect(is_digit(c));
      value = value * 10 + (c - '0');
    }
    return ok_ ? value : 0;
  }
  // Two digits, of which the first may be blank.
  int blank_padded() {
    if (peek() == ' ') take();
    const int first = digits(1);
    return is_digit(peek()) ? first * 10 + digits(1) : first;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

struct Civil {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

std::optional<std::int64_t> unix_seconds(const Civil& c) {
  using namespace std::chrono;
  const year_month_day date{year{c.year}, month{static_cast<unsigned>(c.month)},
                            day{static_cast<unsigned>(c.day)}};
  // 60 is a leap second. Years so that differences, too, are within 64 bits of nanoseconds.
  if (!date.ok() || c.year < 1970 || c.year > 2200) return std::nullopt;
  if (c.hour > 23 || c.minute > 59 || c.second > 60) return std::nullopt;
  const auto time = sys_days(date) + hours(c.hour) + minutes(c.minute) + seconds(c.second);
  return duration_cast<seconds>(time.time_since_epoch()).count();
}

void take_time(Cursor& cursor, Civil& c) {
  c.hour = cursor.blank_padded();
  cursor.expect(cursor.take() == ':');
  c.minute = cursor.digits(2);
  cursor.expect(cursor.take() == ':');
  c.second = cursor.digits(2);
}

// ".922" or ",922817", if there: nanoseconds, and what its last digit is worth.
std::int64_t take_fraction(Cursor& cursor, Nanoseconds& resolution_ns) {
  const bool is_fraction =
      (cursor.peek() == '.' || cursor.peek() == ',') && is_digit(cursor.peek_next());
  if (!is_fraction) return 0;
  cursor.take();
  std::int64_t value = 0;
  while (is_digit(cursor.peek())) {
    const int digit = cursor.take() - '0';
    if (resolution_ns == 1) continue;
    resolution_ns /= 10;
    value += digit * resolution_ns;
  }
  return value;
}

// CET, AKDT, EST5EDT.
bool is_abbreviation(std::string_view name) {
  const bool has_digit = std::ranges::any_of(name, is_digit);
  const bool has_lower = std::ranges::any_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
  return !has_lower && name.size() >= 3 && (name.size() <= 4 || has_digit);
}

// "Z", "+01:00", "-0330", " UTC", " +02", " CET"; what follows a blank and is neither belongs to
// the text behind.
void take_zone(Cursor& cursor, std::string_view text, TimeStamp& stamp) {
  Cursor zone = cursor;
  if (zone.peek() == ' ') zone.take();
  const char first = zone.peek();
  if (first == 'Z' && !is_letter(zone.peek_next())) {
    zone.take();
    stamp.zone = TimeStamp::Zone::kUtc;
  } else if ((first == '+' || first == '-') && is_digit(zone.peek_next())) {
    const std::int64_t sign = zone.take() == '-' ? -1 : 1;
    std::int64_t seconds = zone.digits(2) * std::int64_t{3600};
    if (zone.peek() == ':' && is_digit(zone.peek_next())) zone.take();
    if (is_digit(zone.peek())) seconds += zone.digits(2) * std::int64_t{60};
    if (!zone.ok()) return;
    stamp.unix_ns -= sign * seconds * kSecond;
    stamp.zone = TimeStamp::Zone::kUtc;
  } else if (is_letter(first)) {
    const std::size_t begin = zone.position();
    while (is_letter(zone.peek()) || is_digit(zone.peek())) zone.take();
    const std::string_view name = text.substr(begin, zone.position() - begin);
    if (name == "UTC" || name == "GMT") {
      stamp.zone = TimeStamp::Zone::kUtc;
    } else if (is_abbreviation(name)) {
      stamp.zone = TimeStamp::Zone::kUnclear;
    } else {
      return;
    }
  } else {
    return;
  }
  cursor = zone;
}

}  // namespace

std::optional<TimeStamp> parse_time_stamp(std::string_view text) {
  Cursor cursor(text);
  Civil c;
  c.year = cursor.digits(4);
  cursor.expect(cursor.take() == '-');
  c.month = cursor.digits(2);
  cursor.expect(cursor.take() == '-');
  c.day = cursor.digits(2);
  const char separator = cursor.take();
  cursor.expect(separator == ' ' || separator == 'T');
  take_time(cursor, c);
  if (!cursor.ok()) return std::nullopt;
  const auto seconds = unix_seconds(c);
  if (!seconds) return std::nullopt;
  TimeStamp stamp;
  stamp.unix_ns = *seconds * kSecond + take_fraction(cursor, stamp.resolution_ns);
  take_zone(cursor, text, stamp);
  stamp.size = cursor.position();
  return stamp;
}

std::optional<TimeStamp> parse_syslog_stamp(std::string_view text, int year) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto month = std::ranges::find(kMonths, text.substr(0, 3));
  if (month == kMonths.end() || text.size() < 4) return std::nullopt;
  Cursor cursor(text.substr(4));
  Civil c;
  c.year = year;
  c.month = static_cast<int>(month - kMonths.begin()) + 1;
  c.day = cursor.blank_padded();
  cursor.expect(cursor.take() == ' ');
  take_time(cursor, c);
  const auto seconds = cursor.ok() ? unix_seconds(c) : std::nullopt;
  if (!seconds) return std::nullopt;
  return TimeStamp{*seconds * kSecond, kSecond, TimeStamp::Zone::kNone, 4 + cursor.position()};
}

std::optional<TimeStamp> parse_short_stamp(std::string_view text) {
  Cursor cursor(text);
  Civil c;
  c.year = 2000 + cursor.digits(2);
  c.month = cursor.digits(2);
  c.day = cursor.digits(2);
  cursor.expect(cursor.take() == ' ');
  take_time(cursor, c);
  const auto seconds = cursor.ok() ? unix_seconds(c) : std::nullopt;
  if (!seconds) return std::nullopt;
  return TimeStamp{*seconds * kSecond, kSecond, TimeStamp::Zone::kNone, cursor.position()};
}

}  // namespace switchyard
