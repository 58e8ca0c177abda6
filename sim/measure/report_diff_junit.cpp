#include <fmt/format.h>

#include "measure/report_diff_text.h"
#include "measure/report_diff_writers.h"

namespace switchyard {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Bytes of the UTF-8 character at the front, 0 if there is none that is sound.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what is beyond Unicode.
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) >= 0xA0) ||
      (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) >= 0x90)) {
    return 0;
  }
  return size;
}

bool is_xml_character(std::string_view character) {
  if (character.size() == 1) {
    const auto c = static_cast<unsigned char>(character[0]);
    return c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
  }
  return character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF";  // U+FFFE and U+FFFF
}

// For text and for attributes in double quotes; line breaks survive in both.
std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(1, size));
    text.remove_prefix(character.size());
    if (size == 0 || !is_xml_character(character)) {
      out += kReplacement;
    } else if (character == "&") {
      out += "&amp;";
    } else if (character == "<") {
      out += "&lt;";
    } else if (character == ">") {
      out += "&gt;";
    } else if (character == "\"") {
      out += "&quot;";
    } else if (character == "\t" || character == "\n" || character == "\r") {
      out += fmt::format("&#{};", static_cast<int>(character[0]));
    } else {
      out += character;
    }
  }
  return out;
}

// Each in a line of its own, escaped.
std::string lines_of(const CandidateDiff& candidate, bool beyond) {
  std::string lines;
  for (const FigureChange* change : worst_first(candidate)) {
    if ((change->verdict == Verdict::kBeyond) != beyond) continue;
    const ChangeText text = text_of(*change);
    lines += escaped(fmt::format("{}: {} -> {} ({}, {}), tolerance {}: {}", change->path,
                                 text.old_value, text.new_value, text.difference, text.relative,
                                 change->rule ? text.tolerance : "none", text.verdict)) +
             '\n';
  }
  return lines;
}

std::string test_case(const CandidateDiff& candidate, std::string_view suite) {
  std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\">\n", escaped(suite),
                                 escaped(candidate.name));
  if (candidate.status == CandidateStatus::kMissing) {
    text += "      <failure type=\"missing\" message=\"missing in the new report\"/>\n";
  } else if (candidate.status == CandidateStatus::kNew) {
    text += "      <skipped message=\"not in the base report\"/>\n";
  } else if (candidate.status == CandidateStatus::kBeyond) {
    text += fmt::format("      <failure type=\"beyond tolerance\" message=\"{}\">{}</failure>\n",
                        escaped(counts_text(candidate)), lines_of(candidate, true));
  }
  if (const std::string passed = lines_of(candidate, false); !passed.empty()) {
    text += fmt::format("      <system-out>{}</system-out>\n", passed);
  }
  return text + "    </testcase>\n";
}

}  // namespace

std::string to_junit(const ReportDiff& diff, std::string_view suite) {
  const std::size_t failures =
      diff.count(CandidateStatus::kBeyond) + diff.count(CandidateStatus::kMissing);
  const std::string counts =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"",
                  diff.candidates.size(), failures, diff.count(CandidateStatus::kNew));
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format("<testsuites {}>\n  <testsuite name=\"{}\" {}>\n", counts, escaped(suite),
                      counts);
  text += "    <properties>\n";
  const auto property = [&](std::string_view name, std::string_view value) {
    text +=
        fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", escaped(name), escaped(value));
  };
  property("base", diff.old_file);
  property("new", diff.new_file);
  for (const TextChange& change : diff.manifest) {
    property(change.key, fmt::format("{} -> {}", change.old_text.value_or("none"),
                                     change.new_text.value_or("none")));
  }
  text += "    </properties>\n";
  for (const CandidateDiff& candidate : diff.candidates) text += test_case(candidate, suite);
  return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace switchyard
