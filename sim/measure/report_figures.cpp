#include "measure/report_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/text_file.h"
#include "measure/glob.h"
#include "measure/report_json_text.h"

namespace switchyard {
namespace {

using Json = nlohmann::ordered_json;

struct KnownFigures {
  std::string_view pattern;  // of paths with * for each database's name
  FigureUnit unit;
  BetterWhen better;
};

// The first that matches tells.
constexpr std::array kKnownFigures = {
    KnownFigures{"completed", FigureUnit::kNumber, BetterWhen::kHigher},
    KnownFigures{"failed", FigureUnit::kNumber, BetterWhen::kLower},
    KnownFigures{"timed_out", FigureUnit::kNumber, BetterWhen::kLower},
    KnownFigures{"rejected", FigureUnit::kNumber, BetterWhen::kLower},
    KnownFigures{"retries", FigureUnit::kNumber, BetterWhen::kLower},
    KnownFigures{"throughput_per_s", FigureUnit::kNumber, BetterWhen::kHigher},
    KnownFigures{"availability.*.share", FigureUnit::kShare, BetterWhen::kHigher},
    KnownFigures{"availability.*_ns", FigureUnit::kTime, BetterWhen::kLower},
    KnownFigures{"availability.*", FigureUnit::kNumber, BetterWhen::kLower},
    KnownFigures{"*latency_ns.*", FigureUnit::kTime, BetterWhen::kLower},
    KnownFigures{"wait_ns.*", FigureUnit::kTime, BetterWhen::kLower},
    KnownFigures{"mean_parts_ns.*", FigureUnit::kTime, BetterWhen::kLower},
    KnownFigures{"nodes.*.utilisation", FigureUnit::kShare, BetterWhen::kUnknown},
    KnownFigures{"nodes.*_lag_ns", FigureUnit::kTime, BetterWhen::kLower},
    KnownFigures{"nodes.*_queue", FigureUnit::kNumber, BetterWhen::kLower},
    KnownFigures{"nodes.*.errors", FigureUnit::kNumber, BetterWhen::kLower},
    KnownFigures{"distribution.*_share*", FigureUnit::kShare, BetterWhen::kUnknown},
    KnownFigures{"distribution.max_over_mean", FigureUnit::kNumber, BetterWhen::kLower},
    KnownFigures{"distribution.jain", FigureUnit::kNumber, BetterWhen::kHigher},
    KnownFigures{"staleness.reads_checked", FigureUnit::kNumber, BetterWhen::kUnknown},
    KnownFigures{"staleness.*_ns.*", FigureUnit::kTime, BetterWhen::kLower},
    KnownFigures{"staleness.*", FigureUnit::kNumber, BetterWhen::kLower},
    KnownFigures{"conflicts.*", FigureUnit::kNumber, BetterWhen::kLower},
    KnownFigures{"*_ns", FigureUnit::kTime, BetterWhen::kUnknown},
    KnownFigures{"*_ns.*", FigureUnit::kTime, BetterWhen::kUnknown},
    KnownFigures{"*", FigureUnit::kNumber, BetterWhen::kUnknown},
};

std::string joined(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

bool is_list_of_texts(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::ranges::all_of(value, [](const Json& item) { return item.is_string(); });
}

class CandidateReader {
 public:
  CandidateReader(const Json& json, std::string place) : json_(json), place_(std::move(place)) {}

  CandidateFigures read() {
    candidate_.name = text("name");
    place_ += fmt::format(" ('{}')", candidate_.name);
    candidate_.fingerprint = text("fingerprint");
    if (candidate_.fingerprint.empty()) fail("has no fingerprint");
    for (const auto& [key, value] : json_.items()) {
      static constexpr std::array<std::string_view, 6> kApart = {
          "name", "fingerprint", "latency_curve", "overhead", "time_series", "intervals"};
      if (std::ranges::find(kApart, key) == kApart.end()) flatten(value, key, key);
    }
    if (json_.contains("intervals")) read_intervals(json_["intervals"]);
    return std::move(candidate_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(
        fmt::format("{} {}; give a report as 'switchyard compare --json' writes it", place_, what));
  }

  std::string text(const char* key) const {
    if (!json_.is_object() || !json_.contains(key) || !json_[key].is_string()) {
      fail(fmt::format("has no {}", key));
    }
    return json_[key].get<std::string>();
  }

  // `shape` is the path with * for what users named.
  void flatten(const Json& value, const std::string& path, const std::string& shape) {
    if (value.is_number()) {
      add_figure(path, shape, value.get<double>());
    } else if (value.is_string()) {
      candidate_.settings.emplace_back(path, value.get<std::string>());
    } else if (is_list_of_texts(value)) {
      const auto texts = value.get<std::vector<std::string>>();
      candidate_.settings.emplace_back(path, fmt::format("{}", fmt::join(texts, ", ")));
    } else if (value.is_object()) {
      const bool by_database =
          shape == "distribution.read_share" || shape == "distribution.write_share";
      for (const auto& [key, item] : value.items()) {
        flatten(item, joined(path, key), joined(shape, by_database ? "*" : std::string_view(key)));
      }
    } else if (value.is_array()) {
      flatten_list(value, path, shape);
    }
  }

  void flatten_list(const Json& list, const std::string& path, const std::string& shape) {
    std::size_t position = 0;
    for (const Json& item : list) {
      std::string key = std::to_string(position++);
      Json rest = item;
      if (item.is_object() && item.contains("name") && item["name"].is_string()) {
        key = item["name"].get<std::string>();
        rest.erase("name");
      }
      flatten(rest, joined(path, key), joined(shape, "*"));
    }
  }

  void add_figure(const std::string& path, const std::string& shape, double value) {
    if (!paths_.insert(path).second) fail(fmt::format("has two figures '{}'", path));
    const auto known = std::ranges::find_if(kKnownFigures, [&](const KnownFigures& figures) {
      return matches_glob(figures.pattern, shape);
    });
    candidate_.figures.push_back({path, value, known->unit, known->better});
  }

  void read_intervals(const Json& intervals) {
    if (!intervals.is_object()) fail("has intervals that are no object");
    for (const auto& [path, bounds] : intervals.items()) {
      if (path == "level" && bounds.is_number()) {
        candidate_.interval_level = bounds.get<double>();
      } else if (bounds.is_array() && bounds.size() == 2 && bounds[0].is_number() &&
                 bounds[1].is_number()) {
        candidate_.intervals[path] = {bounds[0].get<double>(), bounds[1].get<double>()};
      } else {
        fail(fmt::format("has an interval '{}' that is no pair of numbers", path));
      }
    }
  }

  const Json& json_;
  std::string place_;
  CandidateFigures candidate_;
  std::set<std::string> paths_;
};

void read_manifest(const Json& manifest, ReportFigures& report) {
  for (const auto& [key, value] : manifest.items()) {
    if (value.is_string()) {
      report.manifest.push_back({key, value.get<std::string>(), false});
    } else if (value.is_number()) {
      report.manifest.push_back({key, value.dump(), true});
    } else if (key == "notes" && is_list_of_texts(value)) {
      report.notes = value.get<std::vector<std::string>>();
    }
  }
}

}  // namespace

ReportFigures parse_report(std::string_view text, const std::string& file) {
  const Json json = parse_report_json(text, file);
  ReportFigures report;
  report.file = file;
  read_manifest(json["switchyard"], report);
  std::set<std::string> names;
  for (const Json& candidate : json["candidates"]) {
    const std::string place = fmt::format("{}: candidate {}", file, report.candidates.size() + 1);
    report.candidates.push_back(CandidateReader(candidate, place).read());
    const std::string& name = report.candidates.back().name;
    if (!names.insert(name).second) {
      throw InputError(fmt::format("{}: two candidates are named '{}'", file, name));
    }
  }
  return report;
}

ReportFigures load_report(const std::string& path) {
  return parse_report(read_text_file(path, "a report (JSON)"), path);
}

}  // namespace switchyard
