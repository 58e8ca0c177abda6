// The figures of a report that `compare --json` wrote, each under its path in that file.
//
// A path joins keys by dots; databases go by their names: "latency_ns.p99",
// "nodes.replica-1.reads".
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchyard {

enum class FigureUnit {
  kNumber,  // counts and ratios
  kTime,    // nanoseconds
  kShare,   // from 0 to 1
};

enum class BetterWhen { kUnknown, kLower, kHigher };

struct Figure {
  std::string path;
  double value = 0;
  FigureUnit unit = FigureUnit::kNumber;
  BetterWhen better = BetterWhen::kUnknown;
};

// A confidence interval of a figure's mean over the repetitions.
struct FigureInterval {
  double low = 0, high = 0;
};

struct CandidateFigures {
  std::string name;
  std::string fingerprint;
  // What it was made of, under its path: "routers", "guards", "nodes.default.role".
  std::vector<std::pair<std::string, std::string>> settings;
  // In the order of the file. Neither what was measured rather than simulated nor time series.
  std::vector<Figure> figures;
  double interval_level = 0;                                     // 0 without intervals
  std::map<std::string, FigureInterval, std::less<>> intervals;  // by path
};

// One statement about the whole report, such as its seed.
struct ManifestEntry {
  std::string key;
  std::string value;  // of a number as it is written in JSON
  bool is_number = false;
};

struct ReportFigures {
  std::string file;
  std::vector<ManifestEntry> manifest;
  std::vector<std::string> notes;
  std::vector<CandidateFigures> candidates;
};

// `file` is the name for messages. Throws InputError, with line and column where the text is no
// JSON.
ReportFigures parse_report(std::string_view text, const std::string& file);
ReportFigures load_report(const std::string& path);

}  // namespace switchyard
