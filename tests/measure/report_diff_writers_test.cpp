// A comparison of reports as table, Markdown, JUnit XML and JSON.
#include "measure/report_diff_writers.h"

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "catch.h"
#include "measure/report_diff_text.h"

namespace switchyard {
namespace {

using Json = nlohmann::json;
using boost::property_tree::ptree;

FigureChange change(std::string path, double old_value, double new_value,
                    FigureUnit unit = FigureUnit::kNumber, Verdict verdict = Verdict::kBeyond,
                    Effect effect = Effect::kNone) {
  FigureChange result;
  result.path = std::move(path);
  result.unit = unit;
  result.old_value = old_value;
  result.new_value = new_value;
  result.verdict = verdict;
  result.effect = effect;
  return result;
}

CandidateDiff candidate(std::string name, CandidateStatus status,
                        std::vector<FigureChange> changes = {}) {
  CandidateDiff result;
  result.name = std::move(name);
  result.status = status;
  result.changes = std::move(changes);
  return result;
}

ReportDiff diff_of(std::vector<CandidateDiff> candidates) {
  ReportDiff diff;
  diff.old_file = "base.json";
  diff.new_file = "new.json";
  diff.candidates = std::move(candidates);
  return diff;
}

// One of each status.
ReportDiff every_status() {
  FigureChange within =
      change("wait_ns.mean", 1000, 1010, FigureUnit::kTime, Verdict::kWithin, Effect::kWorse);
  within.rule = parse_tolerance("wait_ns.*=5%");
  within.allowed = 50;
  FigureChange chance = change("latency_ns.mean", 2000, 2020, FigureUnit::kTime,
                               Verdict::kNotSignificant, Effect::kWorse);
  chance.significance = Significance{20, 30, 0.95};
  FigureChange gone = change("staleness.stale_reads", 7, 7);
  gone.new_value.reset();
  const FigureChange worse = change("latency_ns.p99", 4'000'000, 4'100'000, FigureUnit::kTime,
                                    Verdict::kBeyond, Effect::kWorse);
  const FigureChange better =
      change("retries", 30, 20, FigureUnit::kNumber, Verdict::kBeyond, Effect::kBetter);
  ReportDiff diff = diff_of(
      {candidate("same", CandidateStatus::kIdentical),
       candidate("near", CandidateStatus::kWithin, {within}),
       candidate("far", CandidateStatus::kBeyond, {within, better, chance, gone, worse}),
       candidate("lost", CandidateStatus::kMissing), candidate("added", CandidateStatus::kNew)});
  diff.manifest = {{"seed", "7", "8", true},
                   {"trace", "a.csv", "b.csv", false},
                   {"span_ns", "2000000000", "3500000000", true}};
  diff.notes = {{"notes", "an old note", std::nullopt, false}};
  diff.candidates[2].settings = {{"routers", "d_choices", "d_choices(d=1)", false}};
  return diff;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string line_with(const std::string& text, const std::string& part) {
  for (const std::string& line : lines_of(text)) {
    if (line.find(part) != std::string::npos) return line;
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) {
    ++count;
  }
  return count;
}

std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string table(const ReportDiff& diff, bool colour = false) {
  TableStyle style;
  style.colour = colour;
  return to_table(diff, style);
}

ptree parsed_xml(const std::string& text) {
  std::istringstream in(text);
  ptree tree;
  boost::property_tree::read_xml(in, tree);
  return tree;
}

std::vector<ptree> test_cases(const ptree& tree) {
  std::vector<ptree> cases;
  for (const auto& [tag, child] : tree.get_child("testsuites.testsuite")) {
    if (tag == "testcase") cases.push_back(child);
  }
  return cases;
}

// Every figure of a large report changed: 300 figures of 20 candidates.
ReportDiff large() {
  std::vector<CandidateDiff> candidates;
  for (int c = 0; c < 20; ++c) {
    std::vector<FigureChange> changes;
    for (int i = 0; i < 300; ++i) {
      changes.push_back(change("nodes.database-" + std::to_string(i) + ".reads", i, i + 1));
    }
    candidates.push_back(
        candidate("c" + std::to_string(c), CandidateStatus::kBeyond, std::move(changes)));
  }
  return diff_of(std::move(candidates));
}

}  // namespace

TEST_CASE("The headline counts what failed, what is missing and what is new") {
  CHECK(headline(every_status()) ==
        "FAIL: 1 of 3 candidates changed beyond tolerance, 1 missing, 1 new");
  const CandidateDiff same = candidate("a", CandidateStatus::kIdentical);
  CHECK(headline(diff_of({same})) == "PASS: 1 candidate identical");
  CHECK(headline(diff_of({same, candidate("b", CandidateStatus::kWithin)})) ==
        "PASS: 1 of 2 candidates changed, within tolerance or not significantly");
  CHECK(headline(diff_of({same, candidate("b", CandidateStatus::kMissing)})) ==
        "FAIL: 1 candidate identical, 1 missing");
  CHECK(headline(diff_of({same, candidate("b", CandidateStatus::kNew)})) ==
        "PASS: 1 candidate identical, 1 new");
}

TEST_CASE("Values show in units that people read, with as many digits as tell them apart") {
  const ChangeText time = text_of(change("x", 3'290'000, 3'355'800, FigureUnit::kTime));
  CHECK(time.old_value == "3.29ms");
  CHECK(time.new_value == "3.36ms");
  CHECK(time.difference == "+65.8us");
  CHECK(time.relative == "+2.00%");
  const ChangeText near = text_of(change("x", 5'277'465, 5'277'001, FigureUnit::kTime));
  CHECK(near.old_value == "5.2775ms");
  CHECK(near.new_value == "5.2770ms");
  CHECK(near.difference == "-464ns");
  CHECK(near.relative == "-0.01%");
  const ChangeText share = text_of(change("x", 0.25, 0.265, FigureUnit::kShare));
  CHECK(share.old_value == "25%");
  CHECK(share.new_value == "26.5%");
  CHECK(share.difference == "+1.50pp");
  CHECK(share.relative == "+6.00%");
  const ChangeText count = text_of(change("x", 1234567, 1234568));
  CHECK(count.old_value == "1234567");
  CHECK(count.difference == "+1");
  CHECK(text_of(change("x", 0, 3)).relative == "-");
  CHECK(text_of(change("x", -10, -15)).relative == "-50.0%");
  CHECK(text_of(change("x", 2, 50)).relative == "+2400%");
}

TEST_CASE("A figure on one side only says which, and tolerances of times have a unit") {
  FigureChange gone = change("x", 5, 0);
  gone.new_value.reset();
  CHECK(text_of(gone).old_value == "5");
  CHECK(text_of(gone).new_value == "-");
  CHECK(text_of(gone).difference == "gone");
  FigureChange added = change("x", 0, 5);
  added.old_value.reset();
  CHECK(text_of(added).old_value == "-");
  CHECK(text_of(added).difference == "new");
  FigureChange time = change("x", 1, 2, FigureUnit::kTime);
  time.rule = parse_tolerance("x=12");
  CHECK(text_of(time).tolerance == "12ns");
  time.unit = FigureUnit::kNumber;
  CHECK(text_of(time).tolerance == "12");
}

TEST_CASE("The worst of a candidate's figures come first, each kind in the order of the report") {
  std::vector<std::string> paths;
  const ReportDiff diff = every_status();
  for (const FigureChange* figure : worst_first(diff.candidates[2])) paths.push_back(figure->path);
  CHECK(paths == std::vector<std::string>{"latency_ns.p99", "staleness.stale_reads", "retries",
                                          "latency_ns.mean", "wait_ns.mean"});
}

TEST_CASE("The table tells verdict, manifests, figures and candidates") {
  const std::string text = table(every_status());
  const std::vector<std::string> lines = lines_of(text);
  CHECK(lines[0] == headline(every_status()));
  CHECK(contains(text, "\n  seed: 7 -> 8\n"));
  CHECK(contains(text, "\n  span_ns: 2.00s -> 3.50s\n"));
  CHECK(contains(text, "\n  note in base only: an old note\n"));
  CHECK(contains(text, "\n  routers: d_choices -> d_choices(d=1)\n"));
  CHECK(contains(
      text, "far: 3 beyond tolerance (1 worse, 1 better), 1 not significant, 1 within tolerance"));
  const std::string worse = line_with(text, "latency_ns.p99");
  CHECK(worse.starts_with("! latency_ns.p99 "));
  CHECK(worse.ends_with(" beyond, worse"));
  CHECK(contains(worse, " 4.00ms 4.10ms +100us "));
  const std::string within = line_with(text, "wait_ns.mean");
  CHECK(within.starts_with("  wait_ns.mean"));
  CHECK(contains(within, " 5% within, worse"));
  CHECK(line_with(text, "latency_ns.mean").ends_with(" not significant"));
  CHECK(contains(text, "\nnot significant: "));
  CHECK(line_with(text, "  same ").ends_with("identical"));
  CHECK(line_with(text, "! lost ").ends_with("missing"));
  CHECK(line_with(text, "  added ").ends_with("new"));
}

TEST_CASE("The table's tolerances have no column where there is no rule") {
  const std::string with = table(every_status());
  CHECK(contains(line_with(with, "figure "), "tolerance"));
  const std::string without =
      table(diff_of({candidate("a", CandidateStatus::kBeyond, {change("retries", 1, 2)})}));
  CHECK_FALSE(contains(line_with(without, "figure "), "tolerance"));
  CHECK(contains(line_with(without, "! retries"), " 1   2     +1 "));
}

TEST_CASE("No line of the table is longer than 100 columns, whatever it has to show") {
  ReportDiff diff = every_status();
  const std::string path = "nodes." + std::string(150, 'x') + ".mean_apply_lag_ns";
  FigureChange wide = change(path, 0.123456789012345, 0.123456789012346);
  wide.rule = parse_tolerance("*=0.000000000000000001");
  FigureChange huge = change("x", -1.23456789e300, 2.3456789e300, FigureUnit::kTime);
  diff.candidates.push_back(
      candidate(std::string(120, 'n'), CandidateStatus::kBeyond, {wide, huge}));
  diff.manifest.push_back({"scenario_sha256", std::string(64, 'a'), std::string(64, 'b'), false});
  std::string words;
  for (int i = 0; i < 60; ++i) words += "word ";
  diff.notes.push_back({"notes", words, std::nullopt, false});
  for (const std::string& line : lines_of(table(diff))) {
    INFO(line);
    // A name that has no space to break at stays whole, above its figures.
    CHECK((columns_of(line) <= 100 || line.starts_with(std::string(120, 'n') + ":")));
  }
  CHECK(contains(table(diff), "scenario_sha256: aaaaaaaaaaaa… -> bbbbbbbbbbbb…"));
}

TEST_CASE("Colour marks what is beyond tolerance, red or green, and moves no column") {
  const std::string plain = table(every_status());
  std::string coloured = table(every_status(), true);
  CHECK_FALSE(contains(plain, "\x1b"));
  CHECK(contains(coloured, "\x1b[1;31mbeyond, worse\x1b[0m"));
  CHECK(contains(coloured, "\x1b[1;32mbeyond, better\x1b[0m"));
  CHECK(coloured.starts_with("\x1b[1;31mFAIL\x1b[0m: "));
  for (const std::string code : {"\x1b[1;31m", "\x1b[1;32m", "\x1b[0m"}) {
    for (std::size_t at; (at = coloured.find(code)) != std::string::npos;) {
      coloured.erase(at, code.size());
    }
  }
  CHECK(coloured == plain);
}

TEST_CASE("Markdown tells the verdict first, and each row has as many cells as its table") {
  const std::string text = to_markdown(every_status());
  const std::vector<std::string> lines = lines_of(text);
  CHECK(contains(lines[0], headline(every_status())));
  CHECK(contains(text, "- `seed`: `7` → `8`\n"));
  CHECK(contains(text,
                 "| `latency_ns.p99` | 4.00ms | 4.10ms | +100us | +2.50% | - | "
                 "**beyond, worse** |\n"));
  CHECK(contains(text, "| `lost` | **missing** | 0 | 0 | 0 | 0 |\n"));
  std::ptrdiff_t cells = 0;
  bool in_table = false;
  for (const std::string& line : lines) {
    if (!line.starts_with('|')) {
      in_table = false;
      continue;
    }
    const std::ptrdiff_t count = std::ranges::count(line, '|');
    if (in_table) CHECK(count == cells);
    cells = count;
    in_table = true;
  }
  CHECK(cells > 0);
}

TEST_CASE("Names in Markdown are code, whatever they hold, and break no table") {
  const std::string text = to_markdown(diff_of(
      {candidate("a|b", CandidateStatus::kMissing), candidate("x`y``z", CandidateStatus::kMissing),
       candidate("@team <b> #1", CandidateStatus::kMissing),
       candidate("two\nlines", CandidateStatus::kMissing),
       candidate("`", CandidateStatus::kMissing)}));
  CHECK(contains(text, "| `a\\|b` | "));
  CHECK(contains(text, "| ```x`y``z``` | "));
  CHECK(contains(text, "| `@team <b> #1` | "));
  CHECK(contains(text, "| `two lines` | "));
  CHECK(contains(text, "| `` ` `` | "));
}

TEST_CASE("A long list of figures is folded in Markdown, and a short one is not") {
  const auto of = [](int figures) {
    std::vector<FigureChange> changes;
    for (int i = 0; i < figures; ++i) changes.push_back(change("f" + std::to_string(i), 1, 2));
    return to_markdown(diff_of({candidate("a", CandidateStatus::kBeyond, std::move(changes))}));
  };
  CHECK_FALSE(contains(of(9), "<details>"));
  const std::string folded = of(30);
  CHECK(contains(folded, "<details><summary>22 more figures</summary>\n\n|"));
  CHECK(count_of(folded, "</details>\n") == 1);
  for (int i = 0; i < 30; ++i) CHECK(contains(folded, "| `f" + std::to_string(i) + "` | 1 | 2 |"));
}

TEST_CASE("Markdown stays within a comment's size, and counts the lines that it leaves out") {
  const std::string text = to_markdown(large());
  CHECK(text.size() <= 60'000);
  CHECK(text.size() > 50'000);
  CHECK(count_of(text, "<details>") == count_of(text, "</details>"));
  const std::size_t rows = count_of(text, ".reads` |");
  CHECK(lines_of(text).back() ==
        std::to_string(6000 - rows) +
            " more lines would not fit a comment; `switchyard diff --format json` has all.");
  // The worst of each candidate's figures are there all the same.
  CHECK(count_of(text, ": 300 beyond tolerance\n\n|") == 20);
  CHECK(count_of(text, "| `nodes.database-7.reads` |") == 20);
}

TEST_CASE("Markdown shows candidates that failed before those that changed within tolerance") {
  const std::string text = to_markdown(every_status());
  CHECK(text.find("\n`far`: ") < text.find("\n`near`: "));
}

TEST_CASE("Markdown of more candidates than fit a comment leaves some out, and counts them") {
  std::vector<CandidateDiff> candidates;
  for (int c = 0; c < 600; ++c) {
    candidates.push_back(
        candidate("candidate " + std::to_string(c), CandidateStatus::kBeyond, {change("x", 1, 2)}));
  }
  const std::string text = to_markdown(diff_of(std::move(candidates)));
  CHECK(text.size() <= 60'000);
  // A row of the summary, a heading and a figure each.
  const std::size_t lines = count_of(text, "`candidate ") + count_of(text, "\n| `x` |");
  CHECK(contains(text, "\n`candidate 0`: "));
  CHECK_FALSE(contains(text, "\n`candidate 599`: "));
  CHECK(contains(text, "\n" + std::to_string(1800 - lines) + " more lines would not fit"));
}

TEST_CASE("Line breaks and escape codes of names stay out of the table") {
  const std::string text = table(diff_of({candidate("two\nlines\x1b[31m", CandidateStatus::kBeyond,
                                                    {change("nodes.a\tb.reads", 1, 2)})}));
  CHECK(contains(text, "\ntwo lines [31m: 1 beyond tolerance\n"));
  CHECK(contains(text, "\n! two lines [31m "));
  CHECK(contains(text, "\n! nodes.a b.reads "));
}

TEST_CASE("A fingerprint that alone differs is named in every form") {
  const ReportDiff diff = diff_of({candidate("a", CandidateStatus::kBeyond)});
  const std::string reason =
      "another fingerprint, but no figure differs: time series or the order of events do";
  CHECK(contains(table(diff), "\na: " + reason + "\n"));
  CHECK(contains(to_markdown(diff), "\n`a`: " + reason + "\n"));
  const std::vector<ptree> cases = test_cases(parsed_xml(to_junit(diff, "s")));
  CHECK(cases.at(0).get<std::string>("failure.<xmlattr>.message") == reason);
}

TEST_CASE("JUnit has a case for each candidate, failed where it is beyond tolerance or missing") {
  const ptree tree = parsed_xml(to_junit(every_status(), "report quick & small"));
  const ptree suite = tree.get_child("testsuites.testsuite");
  CHECK(suite.get<std::string>("<xmlattr>.name") == "report quick & small");
  CHECK(suite.get<int>("<xmlattr>.tests") == 5);
  CHECK(suite.get<int>("<xmlattr>.failures") == 2);
  CHECK(suite.get<int>("<xmlattr>.skipped") == 1);
  const std::vector<ptree> cases = test_cases(tree);
  REQUIRE(cases.size() == 5);
  CHECK(cases[0].get<std::string>("<xmlattr>.classname") == "report quick & small");
  CHECK(cases[0].get<std::string>("<xmlattr>.name") == "same");
  CHECK(cases[0].count("failure") == 0);
  CHECK(cases[1].count("failure") == 0);
  CHECK(contains(cases[1].get<std::string>("system-out"), "wait_ns.mean: 1.00us -> 1.01us"));
  const std::string failure = cases[2].get<std::string>("failure");
  CHECK(contains(failure,
                 "latency_ns.p99: 4.00ms -> 4.10ms (+100us, +2.50%), tolerance none: "
                 "beyond, worse\n"));
  CHECK(contains(failure, "staleness.stale_reads: 7 -> -"));
  CHECK_FALSE(contains(failure, "wait_ns.mean"));
  CHECK(cases[3].get<std::string>("failure.<xmlattr>.type") == "missing");
  CHECK(cases[4].count("failure") == 0);
  CHECK(cases[4].count("skipped") == 1);
}

TEST_CASE("Any name survives JUnit's XML, and what XML can't hold is replaced") {
  const std::string name = "<a href=\"x\">&amp; 'b'</a> ]]> größer\ttab\nline\r";
  const std::string replaced = "\xEF\xBF\xBD";
  const std::vector<std::pair<std::string, std::string>> names = {
      {name, name},
      {std::string("nul\0", 4), "nul" + replaced},
      {"esc\x1b[0m", "esc" + replaced + "[0m"},
      {"\xEF\xBF\xBE", replaced},                         // U+FFFE
      {"\xF0\x9F\x9A\x82", "\xF0\x9F\x9A\x82"},           // four bytes
      {"cut \xE2\x82", "cut " + replaced + replaced},     // ends in the middle of a character
      {"\xC0\xAF", replaced + replaced},                  // overlong
      {"\xED\xA0\x80", replaced + replaced + replaced}};  // a surrogate
  for (const auto& [given, expected] : names) {
    const ptree tree =
        parsed_xml(to_junit(diff_of({candidate(given, CandidateStatus::kMissing)}), given));
    const std::vector<ptree> cases = test_cases(tree);
    REQUIRE(cases.size() == 1);
    CHECK(cases[0].get<std::string>("<xmlattr>.name") == expected);
    CHECK(cases[0].get<std::string>("<xmlattr>.classname") == expected);
  }
}

TEST_CASE("JSON holds all of the comparison, numbers as numbers") {
  const Json json = Json::parse(to_json(every_status()));
  CHECK(json["passed"] == false);
  CHECK(json["base"] == "base.json");
  CHECK(json["manifest"][0] == Json({{"key", "seed"}, {"base", 7}, {"new", 8}}));
  CHECK(json["manifest"][1] == Json({{"key", "trace"}, {"base", "a.csv"}, {"new", "b.csv"}}));
  CHECK(json["notes"][0] == Json({{"only_in", "base"}, {"note", "an old note"}}));
  REQUIRE(json["candidates"].size() == 5);
  std::vector<std::string> statuses;
  for (const Json& c : json["candidates"]) statuses.push_back(c["status"]);
  CHECK(statuses == std::vector<std::string>{"identical", "within", "beyond", "missing", "new"});
  const Json& figures = json["candidates"][2]["figures"];
  REQUIRE(figures.size() == 5);
  CHECK(figures[0]["metric"] == "wait_ns.mean");
  CHECK(figures[0]["tolerance"] == Json({{"pattern", "wait_ns.*"}, {"amount", "5%"}}));
  CHECK(figures[0]["allowed"] == 50);
  CHECK(figures[0]["verdict"] == "within");
  CHECK(figures[1]["effect"] == "better");
  CHECK(figures[2]["verdict"] == "not_significant");
  CHECK(figures[2]["interval"]["half_width"] == 30);
  CHECK(figures[2]["interval"]["significant"] == false);
  CHECK(figures[3]["base"] == 7);
  CHECK(figures[3]["new"].is_null());
  CHECK(figures[3]["relative"].is_null());
  CHECK(figures[4] == Json({{"metric", "latency_ns.p99"},
                            {"unit", "ns"},
                            {"base", 4'000'000},
                            {"new", 4'100'000},
                            {"change", 100'000},
                            {"relative", 0.025},
                            {"tolerance", nullptr},
                            {"allowed", 0},
                            {"interval", nullptr},
                            {"effect", "worse"},
                            {"verdict", "beyond"}}));
  CHECK(figures[4]["base"].is_number_integer());
  CHECK(json["candidates"][2]["settings"][0]["new"] == "d_choices(d=1)");
}

}  // namespace switchyard
