// Reports that are kept: the same bytes wherever they are made, and diff takes them for whole ones.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "catch.h"
#include "cli/run_command.h"

namespace switchyard {
namespace {

using Json = nlohmann::ordered_json;

// A checkout of a scenario and its recording; reports.json and baseline.json are of one run there.
class Checkout {
 public:
  explicit Checkout(const std::string& seed) {
    for (const char* name : {"scenarios", "recordings"}) {
      std::filesystem::create_directory(folder_.path(name));
    }
    folder_.write("recordings/w.csv",
                  "# switchyard-trace v1 epoch_ns=0 source=t\nt,session,op,key,dur\n"
                  "0,a,w,k,1000000\n1500000,b,r,k,1000000\n2000000,a,r,k,3000000\n"
                  "2500000,b,r,k,1000000\n9000000,a,r,k,1000000\n9100000,b,r,l,1000000\n");
    folder_.write("scenarios/s.toml",
                  "[workload]\ntrace = \"../recordings/w.csv\"\n"
                  "[databases.default]\n[databases.replica-1]\n[databases.replica-2]\n"
                  "[[candidates]]\nrouters = [\"random_replica\"]\n"
                  "[[candidates]]\nrouters = [\"primary_only\"]\n");
    const CommandResult result =
        run_command(folder_, {"compare", folder_.path("scenarios/s.toml"), "--quiet", "--seed",
                              seed, "--json", "report.json", "--baseline", "baseline.json"});
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
  }

  const ScratchFolder& folder() const { return folder_; }
  std::string baseline() const { return folder_.read("baseline.json"); }
  Json report() const { return Json::parse(folder_.read("report.json")); }

 private:
  ScratchFolder folder_;
};

Json without(Json report, const std::vector<std::string>& keys) {
  for (Json& candidate : report["candidates"]) {
    for (const std::string& key : keys) candidate.erase(key);
  }
  return report;
}

}  // namespace

TEST_CASE("Checkouts in two places give the same baseline, and reports that differ in overhead") {
  const Checkout one("1");
  const Checkout two("1");
  CHECK(one.report()["switchyard"]["trace"] == "../recordings/w.csv");
  CHECK(without(one.report(), {"overhead"}).dump() == without(two.report(), {"overhead"}).dump());
  CHECK(one.baseline() == two.baseline());
}

TEST_CASE(
    "A baseline is the report without what is measured, without curves and without time series") {
  const Checkout one("1");
  const Json report = one.report();
  CHECK(report["candidates"][0].contains("overhead"));
  CHECK(report["candidates"][0].contains("time_series"));
  CHECK(Json::parse(one.baseline()).dump() ==
        without(report, {"overhead", "latency_curve", "time_series"}).dump());
}

TEST_CASE("A baseline has a line for each group of figures and for each node") {
  const Checkout one("1");
  const Json candidate = one.report()["candidates"][0];
  const std::vector<std::string> lines = lines_of(one.baseline());
  const auto has_line = [&](const std::string& line) {
    INFO(line);
    CHECK(std::ranges::find(lines, line) != lines.end());
  };
  has_line("   \"completed\": 6,");
  has_line("   \"latency_ns\": " + candidate["latency_ns"].dump() + ",");
  has_line("    " + candidate["nodes"][0].dump() + ",");
  has_line("    " + candidate["nodes"][2].dump());
}

TEST_CASE("diff takes a baseline for the whole report, on either side") {
  const Checkout one("1");
  const Checkout two("2");
  const auto diff = [&](const std::string& base, const std::string& now) {
    return run_command(one.folder(), {"diff", base, now});
  };
  const std::string other = two.folder().path("report.json");
  CHECK(diff("baseline.json", "report.json").out ==
        "PASS: 2 candidates identical\n"
        "base baseline.json, new report.json\n\n"
        "  candidate      verdict          changed  beyond   worse better\n"
        "  random_replica identical\n"
        "  primary_only   identical\n");
  CHECK(diff("report.json", "baseline.json").exit_code == 0);
  const CommandResult changed = diff("baseline.json", other);
  CHECK(changed.exit_code == 1);
  // A recording stays what it is, so only what draws differs.
  CHECK(changed.out.starts_with("FAIL: 1 of 2 candidates changed beyond tolerance\n"));
}

TEST_CASE("Nothing but the baseline goes to standard output with --baseline -") {
  const Checkout one("1");
  const CommandResult result =
      run_command(one.folder(), {"compare", "scenarios/s.toml", "--quiet", "--baseline", "-"});
  // The scenario's path is another, what it says is not.
  CHECK(result.out == one.baseline());
}

}  // namespace switchyard
