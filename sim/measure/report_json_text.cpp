#include "measure/report_json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace switchyard {
namespace {

using Json = nlohmann::ordered_json;

// A report is five deep; far deeper texts would exhaust the stack of what descends into them.
constexpr int kDeepest = 32;

SourceLocation location_of(std::string_view text, std::size_t byte, const std::string& file) {
  // The parser counts bytes from 1, the one that it can't use being the last read.
  const std::string_view before = text.substr(0, std::min(text.size(), byte == 0 ? 0 : byte - 1));
  const auto lines = static_cast<std::uint64_t>(std::ranges::count(before, '\n'));
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return {file, lines + 1, before.size() - line_begin + 1};
}

// What the parser found, without its own prefix of a number and a place.
std::string reason_of(std::string_view what) {
  const std::size_t syntax = what.find("syntax error ");
  if (syntax != std::string_view::npos) return std::string(what.substr(syntax));
  const std::size_t prefix = what.find("] ");
  return std::string(prefix == std::string_view::npos ? what : what.substr(prefix + 2));
}

}  // namespace

nlohmann::ordered_json parse_report_json(std::string_view text, const std::string& file) {
  const auto stay_shallow = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kDeepest) {
      throw InputError(file + ": is nested too deeply for a report of 'switchyard compare --json'");
    }
    return true;
  };
  Json json;
  try {
    json = Json::parse(text, stay_shallow);
  } catch (const Json::parse_error& error) {
    throw InputError(location_of(text, error.byte, file),
                     "is no sound JSON: " + reason_of(error.what()));
  } catch (const Json::exception& error) {
    throw InputError(fmt::format("{}: is no sound JSON: {}", file, reason_of(error.what())));
  }
  if (!json.is_object() || !json.contains("switchyard") || !json["switchyard"].is_object() ||
      !json.contains("candidates") || !json["candidates"].is_array()) {
    throw InputError(file +
                     ": is JSON, but no report; give one that 'switchyard compare --json' wrote");
  }
  return json;
}

}  // namespace switchyard
