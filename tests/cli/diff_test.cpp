// The command's verdict on two reports, as a user or a CI server meets it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "catch.h"
#include "cli/run_command.h"

namespace switchyard {
namespace {

using Json = nlohmann::ordered_json;

// Reports of a small workload: base.json, again.json from the same seed, other.json from another.
class Reports {
 public:
  Reports() {
    folder_.write("small.toml",
                  "[workload.synthetic]\n"
                  "requests = 2000\n"
                  "read_share = 0.9\n"
                  "arrivals = { law = \"poisson\", rate = 1000.0 }\n"
                  "read_service = { law = \"exponential\", mean = \"1ms\" }\n"
                  "write_service = { law = \"exponential\", mean = \"1ms\" }\n"
                  "[databases.default]\n"
                  "[databases.replica-1]\n"
                  "[databases.replica-2]\n"
                  "[[candidates]]\n"
                  "routers = [\"random_replica\"]\n"
                  "[[candidates]]\n"
                  "routers = [\"primary_only\"]\n");
    for (const auto& [name, seed] : {std::pair("base.json", "1"), std::pair("again.json", "1"),
                                     std::pair("other.json", "2")}) {
      const CommandResult result = run_command(
          folder_, {"compare", "small.toml", "--seed", seed, "--json", name, "--quiet"});
      INFO(result.err);
      REQUIRE(result.exit_code == 0);
    }
  }

  const ScratchFolder& folder() const { return folder_; }
  Json json(const std::string& name) const { return Json::parse(folder_.read(name)); }

  CommandResult diff(const std::string& base, const std::string& now,
                     const Arguments& more = {}) const {
    Arguments arguments = {"diff", base, now};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_command(folder_, arguments);
  }

  // Exit code 2, one line, nothing written.
  void check_refused(const std::string& base, const std::string& now, const Arguments& more,
                     const std::vector<std::string>& says) const {
    const std::set<std::string> before = folder_.names();
    const CommandResult result = diff(base, now, more);
    INFO("stderr: " << result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(std::ranges::count(result.err, '\n') == 1);
    for (const std::string& part : says) {
      INFO("expected: " << part);
      CHECK(contains(result.err, part));
    }
    CHECK(folder_.names() == before);
  }

 private:
  ScratchFolder folder_;
};

}  // namespace

TEST_CASE("diff passes two runs of the same scenario and seed, and fails those of two seeds") {
  const Reports reports;
  const CommandResult same = reports.diff("base.json", "again.json");
  CHECK(same.exit_code == 0);
  CHECK(same.err.empty());
  CHECK(same.out.starts_with("PASS: 2 candidates identical\n"));
  const CommandResult other = reports.diff("base.json", "other.json");
  CHECK(other.exit_code == 1);
  CHECK(other.err.empty());
  CHECK(other.out.starts_with("FAIL: 2 of 2 candidates changed beyond tolerance\n"));
  CHECK(contains(other.out, "  seed: 1 -> 2\n"));
  for (const std::string& line : lines_of(other.out)) {
    INFO(line);
    CHECK(columns_of(line) <= 100);
  }
}

TEST_CASE("diff takes tolerances from a file and the command line, which comes last") {
  const Reports reports;
  Json changed = reports.json("base.json");
  Json& candidate = changed["candidates"][0];
  candidate["fingerprint"] = "by hand";
  candidate["completed"] = candidate["completed"].get<int>() + 10;
  candidate["latency_ns"]["p99"] = candidate["latency_ns"]["p99"].get<int>() + 1000;
  reports.folder().write("new.json", changed.dump());
  reports.folder().write("t.toml", "[tolerances]\n\"latency_ns.*\" = \"1us\"\n\"completed\" = 9\n");
  const auto exit_code = [&](const Arguments& more) {
    return reports.diff("base.json", "new.json", more).exit_code;
  };
  CHECK(exit_code({}) == 1);
  CHECK(exit_code({"--tolerances", "t.toml"}) == 1);
  CHECK(exit_code({"--tolerances", "t.toml", "--tolerance", "completed=10"}) == 0);
  CHECK(exit_code({"--tolerance", "completed=10", "--tolerances", "t.toml"}) == 0);
  CHECK(exit_code({"--tolerance", "completed=10", "--tolerance", "*p99=1us"}) == 0);
  CHECK(exit_code({"--tolerance", "completed=10", "--tolerance", "*p99=999ns"}) == 1);
  CHECK(exit_code(
            {"--tolerances", "t.toml", "--tolerance", "completed=10", "--tolerance", "*=0"}) == 1);
}

TEST_CASE("diff judges by intervals where both runs were repeated") {
  const Reports reports;
  for (const auto& [name, seed] : {std::pair("r1.json", "1"), std::pair("r2.json", "2")}) {
    REQUIRE(run_command(reports.folder(), {"compare", "small.toml", "--seed", seed, "--json", name,
                                           "--replications", "3", "--quiet"})
                .exit_code == 0);
  }
  const CommandResult result = reports.diff("r1.json", "r2.json", {"--format", "json"});
  const Json before = reports.json("r1.json")["candidates"][0]["intervals"];
  const Json after = reports.json("r2.json")["candidates"][0]["intervals"];
  std::size_t judged = 0;
  const Json figures = Json::parse(result.out)["candidates"][0]["figures"];
  for (const Json& figure : figures) {
    if (figure["interval"].is_null()) continue;
    ++judged;
    const auto path = figure["metric"].get<std::string>();
    INFO(path);
    const double a0 = before[path][0];
    const double a1 = before[path][1];
    const double b0 = after[path][0];
    const double b1 = after[path][1];
    const double distance = std::abs((b0 + b1) - (a0 + a1));
    const double reach = std::sqrt((a1 - a0) * (a1 - a0) + (b1 - b0) * (b1 - b0));
    CHECK(figure["verdict"] == (distance > reach ? "beyond" : "not_significant"));
  }
  CHECK(judged > 3);
}

TEST_CASE("diff writes each format to a file, whole, and says its verdict beside") {
  const Reports reports;
  for (const std::string format : {"table", "markdown", "junit", "json"}) {
    INFO(format);
    const CommandResult printed = reports.diff("base.json", "other.json", {"--format", format});
    CHECK(printed.exit_code == 1);
    const CommandResult written =
        reports.diff("base.json", "other.json", {"--format", format, "--out", "out"});
    CHECK(written.exit_code == 1);
    CHECK(written.out.empty());
    CHECK(written.err == "out: FAIL: 2 of 2 candidates changed beyond tolerance\n");
    CHECK(reports.folder().read("out") == printed.out);
  }
  CHECK(reports.diff("base.json", "other.json", {"--format", "junit"})
            .out.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
}

TEST_CASE("diff fails for a missing candidate, and lists a new one") {
  const Reports reports;
  Json fewer = reports.json("base.json");
  fewer["candidates"].erase(1);
  reports.folder().write("fewer.json", fewer.dump());
  const CommandResult missing = reports.diff("base.json", "fewer.json");
  CHECK(missing.exit_code == 1);
  CHECK(contains(missing.out, "! primary_only"));
  const CommandResult added = reports.diff("fewer.json", "base.json");
  CHECK(added.exit_code == 0);
  CHECK(contains(added.out, "  primary_only   new"));
}

TEST_CASE("diff refuses what it can't read or judge in one line") {
  const Reports reports;
  reports.folder().write("broken.json", "{\n  \"switchyard\": oops\n}\n");
  reports.folder().write("list.json", "[1, 2]");
  reports.folder().write("t.toml", "[tolerances]\n\"latency_ns.p99\" = \"much\"\n");
  reports.folder().write("unused.toml", "[tolerances]\n\"latency.p99\" = \"1%\"\n");
  Json others = reports.json("base.json");
  others["candidates"].erase(0);
  others["candidates"][0]["name"] = "somebody else";
  reports.folder().write("others.json", others.dump());
  const auto refused = [&](const std::string& now, const Arguments& more,
                           const std::vector<std::string>& says) {
    reports.check_refused("base.json", now, more, says);
  };
  refused("nowhere.json", {}, {"nowhere.json: cannot be read"});
  refused(".", {}, {".: is a directory"});
  refused("broken.json", {"--out", "out"}, {"broken.json:2:17: is no sound JSON"});
  refused("list.json", {}, {"list.json: ", "no report", "switchyard compare --json"});
  refused("others.json", {}, {"base.json and others.json have no candidate in common"});
  refused("again.json", {"--tolerance", "latency_ns.p99"}, {"METRIC=AMOUNT"});
  refused("again.json", {"--tolerance", "latency_ns.p98=1%"}, {"did you mean"});
  refused("again.json", {"--tolerances", "t.toml"}, {"t.toml:2:20: ", "found 'much'"});
  refused("again.json", {"--tolerances", "unused.toml"}, {"unused.toml:2:", "no figure"});
  refused("again.json", {"--tolerances", "none.toml"}, {"none.toml: cannot be read"});
  refused("again.json", {"--format", "xml"}, {"--format"});
  refused("again.json", {"--out", "base.json"}, {"base.json: is read as input"});
  refused("again.json", {"--out", "no/such/folder"}, {"no/such/folder: "});
  reports.check_refused("broken.json", "base.json", {}, {"broken.json:2:17: "});
}

}  // namespace switchyard
