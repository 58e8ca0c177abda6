// Django routers in whole comparisons: the report, scenarios, the command line, many at once.
#include <nlohmann/json.hpp>

#include "cli/run_command.h"
#include "django/rig.h"
#include "measure/compare.h"
#include "measure/report_writers.h"
#include "scenario/scenario.h"
#include "scenario/write_scenario.h"

namespace switchyard::testing {
namespace {

std::string scenario_text(const std::string& candidates, const std::string& run = "") {
  return R"toml(
seed = 5
[workload]
loop = "open"
[workload.synthetic]
requests = 3_000
arrivals = { law = "poisson", rate = 700.0 }
sessions = 50
read_share = 0.8
read_service = { law = "exponential", mean = "10ms" }
write_service = { law = "exponential", mean = "10ms" }
keys = { law = "zipf", count = 100, exponent = 0.99 }
[databases.default]
workers = 8
[databases.replica-1]
workers = 8
[databases.replica-2]
workers = 8
[replication]
delay = "5ms"
)toml" + run +
         candidates;
}

std::string python(const std::string& router, const std::string& more = "") {
  return "[[candidates]]\nname = \"" + router + "\"\nrouters = [{ use = \"django\", settings = \"" +
         kBundledSettings + "\", routers = \"" + router + "\" }]\n" + more;
}

Report run(const std::string& text, std::uint32_t threads = 0) {
  Scenario scenario = parse_scenario(text, "");
  scenario.run.threads = threads;
  CompareControl control(scenario.candidates.size());
  return compare(scenario, control);
}

// Without what is measured.
std::string simulated(const Report& report) {
  return to_baseline_json(report);
}

}  // namespace

TEST_CASE("RestAuth's routers in Python give every simulated figure that ours give") {
  const Report report =
      run(scenario_text(python("restauth.MasterSlave") + python("restauth.MasterSlaveAsShipped") +
                        "[[candidates]]\nrouters = [\"MasterSlave\"]\n"
                        "[[candidates]]\nrouters = [\"MasterSlaveAsShipped\"]\n"));
  CHECK(report.candidates[0].fingerprint == report.candidates[2].fingerprint);
  CHECK(report.candidates[1].fingerprint == report.candidates[3].fingerprint);
  CHECK(report.candidates[0].fingerprint != report.candidates[1].fingerprint);
}

TEST_CASE(
    "repetitions, instances and guards of Python routers give ours, on any number of threads") {
  const std::string text = scenario_text(
      python("restauth.MasterSlave", "instances = 3\nguards = [\"sticky_primary\"]\n") +
          "[[candidates]]\nrouters = [\"MasterSlave\"]\ninstances = 3\n"
          "guards = [\"sticky_primary\"]\n",
      "[run]\nreplications = 3\n");
  const Report report = run(text, 4);
  CHECK(report.candidates[0].fingerprint == report.candidates[1].fingerprint);
  CHECK(simulated(run(text, 1)) == simulated(report));
}

TEST_CASE("failed decisions are failed requests, and the report's notes tell why") {
  const TemporaryDirectory folder;
  folder.write("broken.py",
               "class Mine:\n    def db_for_read(self, model, **hints):\n"
               "        raise KeyError('x')\n");
  const std::string settings =
      folder.write("s.py", databases_text({"default", "replica-1", "replica-2"}) +
                               "DATABASE_ROUTERS = ['broken.Mine']\n");
  const Report report = run(scenario_text(
      "[[candidates]]\nname = \"mine\"\nrouters = [{ use = \"django\", settings = \"" + settings +
      "\" }]\n"));
  const CandidateReport& mine = report.candidates[0];
  CHECK(mine.failed > 0);
  CHECK(mine.completed > 0);
  CHECK(mine.failed + mine.completed == 3'000);
  const std::string expected =
      "'mine': db_for_read failed " + std::to_string(mine.failed) + " times, and the queries";
  CHECK(std::ranges::any_of(report.notes, [&](const std::string& note) {
    return note.starts_with(expected) && contains(note, "\n  broken.py:3, in db_for_read");
  }));
}

TEST_CASE("decisions of Python routers are timed where they are made") {
  const Report report = run(scenario_text(python("restauth.MasterSlave")));
  CHECK(report.candidates[0].overhead.p50_ns > 0);
}

TEST_CASE("[django] alone gives the databases and the candidate") {
  const Scenario scenario =
      parse_scenario("[workload]\ntrace = \"x.csv\"\n[django]\nsettings = \"" +
                         std::string(kBundledSettings) + "\"\n",
                     "");
  REQUIRE(scenario.cluster.nodes.size() == 3);
  CHECK(scenario.cluster.nodes[0].name == "default");
  CHECK(scenario.cluster.nodes[0].role == Role::kPrimary);
  CHECK(scenario.cluster.nodes[2].name == "replica-2");
  CHECK(scenario.cluster.nodes[2].role == Role::kReplica);
  REQUIRE(scenario.candidates.size() == 1);
  CHECK(scenario.candidates[0].name == "Django: MasterSlave");
}

TEST_CASE("a settings path is relative to the scenario, wherever that is read or written") {
  const TemporaryDirectory folder;
  std::filesystem::create_directories(folder.path() + "/conf");
  folder.write("conf/s.py", databases_text({"default"}));
  const std::string text =
      "[workload]\ntrace = \"x.csv\"\n[databases.default]\n[[candidates]]\n"
      "routers = [{ use = \"django\", settings = \"conf/s.py\" }]\n";
  const std::string file = folder.write("a.toml", text);
  const Scenario scenario = load_scenario(file);
  CHECK(scenario.candidates[0].routers[0].parameters ==
        ParameterTexts{{"settings", folder.file("conf/s.py")}});
  CHECK(contains(to_toml(scenario, folder.file("conf/b.toml")), "settings = \"s.py\""));
  CHECK(contains(to_toml(scenario, file), "settings = \"conf/s.py\""));
}

TEST_CASE(
    "the option --django-settings takes databases and routers into a comparison of a recording") {
  const ScratchFolder folder;
  RunningCommand command(folder, {"compare", "--trace", kRecording, "--router", "MasterSlave",
                                  "--django-settings", kBundledSettings, "--json", "-", "--quiet"});
  const CommandResult result = command.wait();
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const auto report = nlohmann::json::parse(result.out);
  REQUIRE(report["candidates"].size() == 2);
  CHECK(report["candidates"][1]["name"] == "Django: MasterSlave");
  CHECK(report["candidates"][1]["routers"][0] == "django(settings=localsettings.py)");
  CHECK(report["candidates"][0]["fingerprint"] == report["candidates"][1]["fingerprint"]);
  CHECK(folder.names().empty());
}

TEST_CASE("modules in the folder where the command runs are none of the routers' business") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.path("conf"));
  for (const char* name : {"json.py", "uuid.py", "random.py"}) {
    folder.write(name, "raise RuntimeError('not asked for')\n");
  }
  folder.write("conf/s.py", databases_text({"default"}) + "DATABASE_ROUTERS = []\n");
  const CommandResult result =
      run_command(folder, {"compare", "--trace", kRecording, "--quiet", "--databases", "default",
                           "--router", "django:settings=conf/s.py"});
  INFO(result.err);
  CHECK(result.exit_code == 0);
}

TEST_CASE("paths of settings may hold bytes that are no UTF-8") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.path("caf\xe9"));
  folder.write("caf\xe9/s.py", databases_text({"default"}) + "DATABASE_ROUTERS = ['r.Mine']\n");
  folder.write("caf\xe9/r\xe9.py", databases_text({"default"}));
  folder.write("caf\xe9/r.py", "class Mine: pass\n");
  for (const char* settings : {"caf\xe9/s.py", "caf\xe9/r\xe9.py"}) {
    const CommandResult result = run_command(
        folder, {"compare", "--trace", kRecording, "--quiet", "--databases", "default", "--json",
                 "-", "--router", std::string("django:settings=") + settings});
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(nlohmann::json::parse(result.out)["candidates"].size() == 1);
  }
}

TEST_CASE("a report names a settings package by its folder") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.path("conf"));
  folder.write("conf/__init__.py", databases_text({"default"}));
  const CommandResult result = run_command(folder, {"compare", "--trace", kRecording, "--quiet",
                                                    "--json", "-", "--django-settings", "conf/"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const auto report = nlohmann::json::parse(result.out);
  CHECK(report["candidates"].back()["routers"][0] == "django(settings=conf)");
}

TEST_CASE("modules that routers need are found by PYTHONPATH") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.path("environment"));
  folder.write("environment/helpers.py", "class Mine: pass\n");
  folder.write("s.py", databases_text({"default"}) + "DATABASE_ROUTERS = ['helpers.Mine']\n");
  setenv("PYTHONPATH", folder.path("environment").c_str(), 1);
  const CommandResult result =
      run_command(folder, {"compare", "--trace", kRecording, "--quiet", "--databases", "default",
                           "--router", "django:settings=s.py"});
  unsetenv("PYTHONPATH");
  INFO(result.err);
  CHECK(result.exit_code == 0);
}

TEST_CASE("a hanging router ends the command with a sentence") {
  const ScratchFolder folder;
  folder.write("r.py",
               "class Mine:\n    def db_for_read(self, model, **hints):\n"
               "        while True: pass\n");
  folder.write("s.py", databases_text({"default"}) + "DATABASE_ROUTERS = ['r.Mine']\n");
  RunningCommand hanging(folder, {"compare", "--trace", kRecording, "--quiet", "--databases",
                                  "default", "--router", "django:settings=s.py,patience=500ms"});
  const CommandResult result = hanging.wait();
  CHECK(result.exit_code == 2);
  CHECK(contains(result.err, "have not answered for 500ms"));
  CHECK(result.out.empty());
}

TEST_CASE("the help says that a user's code runs with their rights") {
  const ScratchFolder folder;
  RunningCommand command(folder, {"compare", "--help"});
  CHECK(contains(command.wait().out, "unsandboxed"));
}

}  // namespace switchyard::testing
