#include "scenario/law_text.h"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "core/error.h"
#include "scenario/table_reader.h"
#include "scenario/table_writer.h"

namespace switchyard {
namespace {

// "name key=value key=value" as the table of a scenario file.
std::string as_table(std::string_view text) {
  std::istringstream words{std::string(text)};
  std::string word;
  words >> word;
  std::string table = "{ law = " + toml_text(word);
  while (words >> word) {
    const std::size_t equals = word.find('=');
    if (equals == word.npos) {
      throw InputError(fmt::format("expected key=value after the name of a law, found '{}'", word));
    }
    const std::string value = word.substr(equals + 1);
    const bool is_number = !value.empty() && value.find_first_not_of("0123456789.") == value.npos;
    table += fmt::format(", {} = {}", toml_key(word.substr(0, equals)),
                         is_number ? value : toml_text(value));
  }
  return table + " }";
}

}  // namespace

std::string short_text(const Law& law) {
  if (law.kind() == Law::Kind::kConstant) return exact_duration(std::llround(law.first()));
  const std::string nowhere;
  TableWriter writer(nowhere);
  writer.law("x", law, std::nullopt);
  std::string text = writer.lines();
  text = text.substr(4, text.size() - 5);  // without "x = " and the end of the line
  if (text.find('[') != text.npos || text.find("file") != text.npos) return text;
  // { law = "lognormal", mean = "4ms" }
  std::string brief;
  for (const char c : text) {
    if (c == ',' || c == '{' || c == '}' || c == '"') continue;
    brief += c;
  }
  for (std::size_t at = 0; (at = brief.find(" = ")) != brief.npos;) brief.replace(at, 3, "=");
  constexpr std::string_view kName = " law=";
  return brief.substr(kName.size(), brief.size() - kName.size() - 1);
}

Law parse_law(std::string_view text) {
  if (const auto duration = parse_duration(text)) {
    return Law::constant(static_cast<double>(*duration));
  }
  if (text.find_first_of("abcdefghijklmnopqrstuvwxyz{") != 0) {
    throw InputError(fmt::format(
        "expected a time with its unit, as in 5ms, or a law as in exponential mean=5ms, found '{}'",
        text));
  }
  const std::string file = "law";
  try {
    const toml::table table =
        toml::parse("law = " + (text.starts_with('{') ? std::string(text) : as_table(text)));
    return *TableReader(table, "", file).law("law");
  } catch (const toml::parse_error& error) {
    throw InputError(fmt::format("'{}' is no law: {}", text, error.description()));
  } catch (const InputError& error) {
    // Where in the text is plain to see.
    const std::string message = error.what();
    if (!message.starts_with("law:")) throw;
    throw InputError(message.substr(message.find(": ") + 2));
  }
}

}  // namespace switchyard
