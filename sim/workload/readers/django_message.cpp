#include "workload/readers/django_message.h"

#include <algorithm>

#include "workload/readers/delimited.h"

namespace switchyard {
namespace {

constexpr std::string_view kArgs = "; args=";
constexpr std::string_view kAlias = "; alias=";
// So many places where the arguments might begin are tried.
constexpr int kAttempts = 16;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word_part(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The size of "(0.004) " at `at`, or 0.
std::size_t duration_size(std::string_view text, std::size_t at) {
  std::size_t i = at + 1;
  while (i < text.size() && is_digit(text[i])) ++i;
  const std::size_t point = i;
  if (point == at + 1 || point - at > 10 || text.size() < point + 6) return 0;
  const bool fits = text[point] == '.' && is_digit(text[point + 1]) && is_digit(text[point + 2]) &&
                    is_digit(text[point + 3]) && text[point + 4] == ')' && text[point + 5] == ' ';
  return fits ? point + 6 - at : 0;
}

// Behind the closing quote of the string whose opening one is at `at`.
std::size_t end_of_python_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// Behind None, a tuple, a list or a dict at the beginning of `text`.
std::size_t end_of_python_value(std::string_view text) {
  static constexpr std::string_view kNone = "None";
  if (text.starts_with(kNone)) return kNone.size();
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '(':
      case '[':
      case '{':
        ++depth;
        break;
      case ')':
      case ']':
      case '}':
        if (depth <= 1) return depth == 1 ? i + 1 : std::string_view::npos;
        --depth;
        break;
      case '\'':
      case '"':
        i = end_of_python_string(text, i);
        if (i == std::string_view::npos) return i;
        --i;
        break;
      default:
        break;
    }
    if (depth == 0) return std::string_view::npos;
  }
  return std::string_view::npos;
}

// The value of a Python string literal with its quotes, or any other text as it is.
std::string python_value(std::string_view text) {
  if (text.size() < 2 || (text.front() != '\'' && text.front() != '"')) return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      value += text[i];
      continue;
    }
    const char c = text[++i];
    switch (c) {
      case 'n':
        value += '\n';
        break;
      case 't':
        value += '\t';
        break;
      case 'r':
        value += '\r';
        break;
      case '\\':
      case '\'':
      case '"':
        value += c;
        break;
      default:  // \x00 and its like: stays as written, which tells values apart as well
        value += '\\';
        value += c;
    }
  }
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// The size of a placeholder at `at`, or 0.
std::size_t placeholder_size(std::string_view sql, std::size_t at, bool has_question_marks) {
  const std::string_view rest = sql.substr(at);
  if (rest.starts_with('?')) return has_question_marks ? 1 : 0;
  // "a %size" is a remainder.
  if (rest.starts_with("%s")) return rest.size() > 2 && is_word_part(rest[2]) ? 0 : 2;
  if (!rest.starts_with("%(")) return 0;
  const std::size_t end = rest.find(")s");
  const bool is_name =
      end != std::string_view::npos && std::ranges::all_of(rest.substr(2, end - 2), is_word_part);
  return is_name ? end + 2 : 0;
}

// Calls `take(begin, size)` for each placeholder outside of quotes.
template <class Take>
void for_each_placeholder(std::string_view sql, bool has_question_marks, const Take& take) {
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '\'' || sql[i] == '"' || sql[i] == '`') {
      i = sql.find(sql[i], i + 1);
      if (i == std::string_view::npos) return;
    } else if (const std::size_t size = placeholder_size(sql, i, has_question_marks)) {
      take(i, size);
      i += size - 1;
    }
  }
}

}  // namespace

std::optional<std::size_t> find_django_message(std::string_view line) {
  for (std::size_t at = line.find('('); at != std::string_view::npos; at = line.find('(', at + 1)) {
    if (duration_size(line, at) > 0) return at;
  }
  return std::nullopt;
}

std::optional<DjangoMessage> parse_django_message(std::string_view text) {
  const std::size_t size = text.starts_with('(') ? duration_size(text, 0) : 0;
  if (size == 0) return std::nullopt;
  DjangoMessage message;
  // Both parts are digits, at most eight and exactly three.
  const auto seconds = parse_unsigned(text.substr(1, size - 7));
  const auto millis = parse_unsigned(text.substr(size - 5, 3));
  message.dur_ns = static_cast<Nanoseconds>(seconds.value_or(0)) * kSecond +
                   static_cast<Nanoseconds>(millis.value_or(0)) * kMillisecond;
  std::size_t at = text.find(kArgs, size);
  if (at == std::string_view::npos) return std::nullopt;
  const auto take = [&](std::size_t args, std::size_t args_size) {
    message.sql = text.substr(size, args - size);
    message.args = text.substr(args + kArgs.size(), args_size);
    const std::string_view rest = text.substr(args + kArgs.size() + message.args.size());
    if (rest.starts_with(kAlias)) message.alias = rest.substr(kAlias.size());
  };
  for (int i = 0; i < kAttempts && at != std::string_view::npos; ++i) {
    const std::string_view rest = text.substr(at + kArgs.size());
    const std::size_t end = end_of_python_value(rest);
    if (end != std::string_view::npos &&
        (end == rest.size() || rest.substr(end).starts_with(kAlias))) {
      take(at, end);
      message.is_complete = true;
      return message;
    }
    at = text.find(kArgs, at + 1);
  }
  // What an argument writes of itself need not be balanced.
  at = text.rfind(kArgs);
  take(at, std::min(text.size(), text.find(kAlias, at)) - at - kArgs.size());
  return message;
}

std::optional<std::vector<std::string>> python_elements(std::string_view list) {
  if (list.size() < 2 || end_of_python_value(list) != list.size() || list.front() == '{' ||
      list.front() == 'N') {
    return std::nullopt;
  }
  list = list.substr(1, list.size() - 2);
  std::vector<std::string> elements;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= list.size(); ++i) {
    if (i == list.size() || list[i] == ',') {
      const std::string_view element = trimmed(list.substr(begin, i - begin));
      // (1,) has one element.
      if (!element.empty() || i < list.size()) elements.push_back(python_value(element));
      begin = i + 1;
      continue;
    }
    const char c = list[i];
    if (c == '\'' || c == '"') {
      i = end_of_python_string(list, i) - 1;
    } else if (c == '(' || c == '[' || c == '{') {
      // datetime.datetime(…) is an element; (1, 2) would be a row of executemany().
      if (trimmed(list.substr(begin, i - begin)).empty()) return std::nullopt;
      i += end_of_python_value(list.substr(i)) - 1;
    }
  }
  return elements;
}

std::string with_numbered_parameters(std::string_view sql, std::size_t arguments) {
  std::size_t question_marks = 0;
  for_each_placeholder(sql, true, [&](std::size_t at, std::size_t) {
    if (sql[at] == '?') ++question_marks;
  });
  // Otherwise they are operators of PostgreSQL.
  const bool has_question_marks = question_marks > 0 && question_marks == arguments;
  std::string result;
  std::size_t copied = 0;
  std::size_t number = 0;
  for_each_placeholder(sql, has_question_marks, [&](std::size_t at, std::size_t size) {
    result += sql.substr(copied, at - copied);
    result += '$';
    result += std::to_string(++number);
    copied = at + size;
  });
  result += sql.substr(copied);
  return result;
}

}  // namespace switchyard
