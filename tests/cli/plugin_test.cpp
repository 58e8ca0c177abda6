// Routers in shared libraries as users name them: on the command line and in scenarios.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "catch.h"
#include "cli/run_command.h"

namespace switchyard {
namespace {

using Json = nlohmann::json;

const std::string kFewest = SWITCHYARD_PLUGINS "/fewest.so";

const std::string kScenario =
    "[workload.synthetic]\n"
    "requests = 3000\n"
    "read_share = 0.9\n"
    "arrivals = { law = \"poisson\", rate = 3000.0 }\n"
    "read_service = { law = \"exponential\", mean = \"1ms\" }\n"
    "write_service = { law = \"exponential\", mean = \"1ms\" }\n"
    "[databases.default]\n[databases.replica-1]\n[databases.replica-2]\n[databases.replica-3]\n"
    "[[candidates]]\nrouters = [{ use = \"least_outstanding\", tie = \"first\" }]\n";

std::string succeed(const ScratchFolder& folder, const Arguments& arguments) {
  const CommandResult result = run_command(folder, arguments);
  INFO("stderr: " << result.err);
  REQUIRE(result.exit_code == 0);
  return result.out;
}

std::vector<std::string> fingerprints(const ScratchFolder& folder, Arguments arguments) {
  arguments.insert(arguments.end(), {"--json", "-"});
  std::vector<std::string> list;
  const Json report = Json::parse(succeed(folder, arguments));
  for (const Json& candidate : report["candidates"]) {
    list.push_back(candidate["fingerprint"]);
  }
  return list;
}

std::string error_of(const ScratchFolder& folder, const Arguments& arguments) {
  const CommandResult result = run_command(folder, arguments);
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK(lines_of(result.err).size() == 1);
  return result.err;
}

}  // namespace

TEST_CASE("a library is named by its path, whatever characters its folders have") {
  const ScratchFolder folder;
  folder.write("s.toml", kScenario);
  const std::string expected = fingerprints(folder, {"compare", "s.toml"}).front();
  for (const char* name :
       {"a:b", "c++", "a:b+c", "with space", "k=v,x", "libs.so.d", "lib.so:x=1+y"}) {
    INFO(name);
    const std::filesystem::path place = folder.path(name);
    std::filesystem::create_directory(place);
    std::filesystem::copy_file(kFewest, place / "fewest.so");
    // The last of these names reads as a library with a parameter.
    const bool is_ambiguous = std::string_view(name) == "lib.so:x=1+y";
    const std::string path = "./" + std::string(name) + "/fewest.so";
    if (is_ambiguous) {
      CHECK(contains(error_of(folder, {"compare", "s.toml", "--router", path}), "was not found"));
      continue;
    }
    CHECK(
        fingerprints(folder, {"compare", "s.toml", "--router", path, "--router",
                              path + ":include_primary=false,pin=transaction", "--router",
                              path + "+MasterSlave", "--router", (place / "fewest.so").string()}) ==
        std::vector<std::string>(4, expected));
  }
  std::filesystem::copy_file(kFewest, folder.path("fewest.so"));
  CHECK(fingerprints(folder, {"compare", "s.toml", "--router", "fewest.so"}).front() == expected);
  std::filesystem::copy_file(kFewest, folder.path("router"));
  CHECK(fingerprints(folder, {"compare", "s.toml", "--router", "./router:pin=transaction"}) ==
        std::vector{expected});
}

TEST_CASE("a library's path in a scenario is relative to the scenario") {
  const ScratchFolder folder;
  for (const char* name : {"scenarios", "libraries"}) {
    std::filesystem::create_directory(folder.path(name));
  }
  std::filesystem::copy_file(kFewest, folder.path("libraries/fewest.so"));
  std::filesystem::copy_file(kFewest, folder.path("scenarios/beside.so"));
  folder.write("scenarios/s.toml",
               kScenario +
                   "[[candidates]]\nrouters = [\"../libraries/fewest.so\"]\n"
                   "[[candidates]]\nrouters = [\"beside.so\"]\n"
                   "[[candidates]]\nrouters = [\"./beside.so\", \"MasterSlave\"]\n"
                   "[[candidates]]\nname = \"swept\"\nrouters = [{ use = \"beside.so\" }]\n"
                   "sweep = { include_primary = [false, true] }\n");
  const std::vector<std::string> list = fingerprints(folder, {"compare", "scenarios/s.toml"});
  REQUIRE(list.size() == 6);
  for (std::size_t i = 1; i < 5; ++i) CHECK(list[i] == list[0]);
  CHECK(list[5] != list[0]);
  // What is reported does not tell where it lies.
  const Json report =
      Json::parse(succeed(folder, {"compare", "scenarios/s.toml", "--json", "-"}))["candidates"];
  CHECK(report[1]["name"] == "fewest.so");
  CHECK(report[1]["routers"] == Json{"fewest.so"});
  CHECK(report[3]["name"] == "beside.so + MasterSlave");
}

TEST_CASE("what is wrong with a library is one line, with the place in the scenario") {
  const ScratchFolder folder;
  folder.write("s.toml", kScenario);
  CHECK(contains(error_of(folder, {"compare", "s.toml", "--router", "./gone.so"}),
                 "router library './gone.so' was not found; build it, or correct the path"));
  CHECK(contains(error_of(folder, {"compare", "s.toml", "--router", kFewest + ":includ=true"}),
                 "has no parameter 'includ'; it takes include_primary and pin"));
  CHECK(contains(error_of(folder, {"compare", "s.toml", "--guard", kFewest}),
                 "a library holds a router, not a guard"));
  folder.write("t.toml", kScenario + "[[candidates]]\nrouters = [\"gone.so\"]\n");
  const std::string error = error_of(folder, {"compare", "t.toml"});
  CHECK(contains(error, "t.toml:13:1: router library './gone.so' was not found"));
  folder.write("u.toml",
               kScenario + "[[candidates]]\nrouters = [\"" SWITCHYARD_PLUGINS "/throwing.so\"]\n");
  CHECK(contains(error_of(folder, {"compare", "u.toml"}), "(throwing) threw an exception"));
  CHECK(contains(error_of(folder, {"compare", "s.toml", "--router",
                                   SWITCHYARD_PLUGINS "/throwing.so:where=end of run"}),
                 "(throwing) threw an exception (no end)"));
  const std::string silent = SWITCHYARD_PLUGINS "/throwing_entry.so";
  CHECK(contains(error_of(folder, {"routers", silent}),
                 "router library '" + silent + "' threw an exception (no licence)"));
}

TEST_CASE("a library that calls exit() ends the command with an error and no file") {
  const ScratchFolder folder;
  folder.write("s.toml", kScenario);
  const std::string where = GENERATE("create", "choose", "destroy", "quick_exit");
  INFO(where);
  CHECK(error_of(folder, {"compare", "s.toml", "--json", "out.json", "--router",
                          SWITCHYARD_PLUGINS "/exiting.so:where=" + where}) ==
        "switchyard: a router library has called exit(), which no call of one may do; nothing was "
        "written\n");
  CHECK(folder.names() == std::set<std::string>{"s.toml"});
}

TEST_CASE("where a library never returns, a second signal of either kind ends the command") {
  const ScratchFolder folder;
  folder.write("s.toml", kScenario);
  const int first = GENERATE(SIGINT, SIGTERM);
  const int second = GENERATE(SIGINT, SIGTERM);
  RunningCommand command(folder, {"compare", "s.toml", "--json", "out.json", "--csv", "out.csv",
                                  "--router", SWITCHYARD_PLUGINS "/hanging.so"});
  for (int i = 0; i < 3000 && !contains(command.err_so_far(), "hanging"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(contains(command.err_so_far(), "hanging"));
  command.send(first);
  CHECK_FALSE(command.wait_at_most(std::chrono::milliseconds(300)).has_value());
  command.send(second);
  const std::optional<CommandResult> result = command.wait_at_most(std::chrono::seconds(5));
  REQUIRE(result.has_value());
  CHECK(result->exit_code == 128 + second);
  CHECK(result->out.empty());
  CHECK(folder.names() == std::set<std::string>{"s.toml"});
}

TEST_CASE("routers describes a library, and lists how one is named") {
  const ScratchFolder folder;
  CHECK(contains(succeed(folder, {"routers"}), "\n./my_router.so"));
  const std::string text = succeed(folder, {"routers", kFewest});
  CHECK(text.starts_with("fewest\n  reads to the replica with the fewest unanswered requests"));
  CHECK(contains(text,
                 "\n  include_primary = false   (true | false)\n"
                 "    whether primaries take reads beside the replicas\n"));
  CHECK(contains(text, "\n  pin = transaction"));
  CHECK(contains(text, "SHA-256 "));
  const std::string telling = succeed(folder, {"routers", SWITCHYARD_PLUGINS "/telling.so"});
  CHECK(contains(telling, "\n  count = 3   (integer from 1 to 9)\n"));
  CHECK(contains(telling, "\n  colour = green   (red | green)\n    of the bicycle shed\n"));
  CHECK(contains(error_of(folder, {"routers", "./gone.so"}), "was not found"));
}

TEST_CASE("a report of a library's figures is read back and compared") {
  const ScratchFolder folder;
  folder.write("s.toml", kScenario);
  std::filesystem::copy_file(kFewest, folder.path("fewest.so"));
  const Arguments compare = {"compare", "s.toml", "--router", "./fewest.so:pin=none"};
  Arguments base = compare;
  base.insert(base.end(), {"--json", "base.json"});
  succeed(folder, base);
  Arguments again = compare;
  again.insert(again.end(), {"--baseline", "new.json"});
  succeed(folder, again);
  CHECK(run_command(folder, {"diff", "base.json", "new.json"}).exit_code == 0);
}

}  // namespace switchyard
