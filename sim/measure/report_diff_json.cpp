#include <cmath>
#include <nlohmann/json.hpp>

#include "measure/report_diff_text.h"
#include "measure/report_diff_writers.h"

namespace switchyard {
namespace {

using Json = nlohmann::ordered_json;

// Whole numbers as such, as the reports have them.
Json number_json(double value) {
  const bool whole = std::abs(value) < 9e15 && value == std::floor(value);
  return whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

Json number_json(const std::optional<double>& value) {
  return value ? number_json(*value) : Json(nullptr);
}

Json texts_json(const std::vector<TextChange>& changes) {
  const auto value = [](const std::optional<std::string>& text, bool is_number) -> Json {
    if (!text) return nullptr;
    return is_number ? Json::parse(*text) : Json(*text);
  };
  Json list = Json::array();
  for (const TextChange& change : changes) {
    list.push_back({{"key", change.key},
                    {"base", value(change.old_text, change.is_number)},
                    {"new", value(change.new_text, change.is_number)}});
  }
  return list;
}

std::string_view unit_name(FigureUnit unit) {
  switch (unit) {
    case FigureUnit::kTime:
      return "ns";
    case FigureUnit::kShare:
      return "share";
    case FigureUnit::kNumber:
      break;
  }
  return "number";
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kWithin:
      return "within";
    case Verdict::kNotSignificant:
      return "not_significant";
    case Verdict::kBeyond:
      break;
  }
  return "beyond";
}

Json effect_json(Effect effect) {
  if (effect == Effect::kNone) return nullptr;
  return effect == Effect::kBetter ? "better" : "worse";
}

std::string_view status_name(CandidateStatus status) {
  switch (status) {
    case CandidateStatus::kIdentical:
      return "identical";
    case CandidateStatus::kWithin:
      return "within";
    case CandidateStatus::kBeyond:
      return "beyond";
    case CandidateStatus::kMissing:
      return "missing";
    case CandidateStatus::kNew:
      break;
  }
  return "new";
}

Json change_json(const FigureChange& change) {
  Json json = {{"metric", change.path},
               {"unit", unit_name(change.unit)},
               {"base", number_json(change.old_value)},
               {"new", number_json(change.new_value)},
               {"change", nullptr},
               {"relative", nullptr},
               {"tolerance", nullptr},
               {"allowed", number_json(change.allowed)},
               {"interval", nullptr},
               {"effect", effect_json(change.effect)},
               {"verdict", verdict_name(change.verdict)}};
  if (change.old_value && change.new_value) {
    const double difference = *change.new_value - *change.old_value;
    json["change"] = number_json(difference);
    if (*change.old_value != 0) json["relative"] = difference / std::abs(*change.old_value);
  }
  if (change.rule) {
    json["tolerance"] = {{"pattern", change.rule->pattern}, {"amount", change.rule->amount_text}};
  }
  if (change.significance) {
    json["interval"] = {{"difference_of_means", change.significance->difference},
                        {"half_width", change.significance->half_width},
                        {"level", change.significance->level},
                        {"significant", change.significance->significant()}};
  }
  return json;
}

Json fingerprint_json(const std::string& fingerprint) {
  return fingerprint.empty() ? Json(nullptr) : Json(fingerprint);
}

Json candidate_json(const CandidateDiff& candidate) {
  Json changes = Json::array();
  for (const FigureChange& change : candidate.changes) changes.push_back(change_json(change));
  return {{"name", candidate.name},
          {"status", status_name(candidate.status)},
          {"fingerprint",
           {{"base", fingerprint_json(candidate.old_fingerprint)},
            {"new", fingerprint_json(candidate.new_fingerprint)}}},
          {"settings", texts_json(candidate.settings)},
          {"figures", std::move(changes)}};
}

}  // namespace

std::string to_json(const ReportDiff& diff) {
  Json candidates = Json::array();
  for (const CandidateDiff& candidate : diff.candidates) {
    candidates.push_back(candidate_json(candidate));
  }
  Json notes = Json::array();
  for (const TextChange& note : diff.notes) {
    notes.push_back({{"only_in", note.old_text ? "base" : "new"},
                     {"note", note.old_text ? *note.old_text : *note.new_text}});
  }
  const Json json = {{"passed", diff.passed()},
                     {"summary", headline(diff)},
                     {"base", diff.old_file},
                     {"new", diff.new_file},
                     {"manifest", texts_json(diff.manifest)},
                     {"notes", std::move(notes)},
                     {"candidates", std::move(candidates)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace switchyard
