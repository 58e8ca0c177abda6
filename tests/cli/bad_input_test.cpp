// What the command does with input it can't use: one line that says where and what, exit code 2,
// and nothing left behind.
#include <algorithm>

#include "catch.h"
#include "cli/run_command.h"

namespace switchyard {
namespace {

void check_refused(const ScratchFolder& folder, const Arguments& arguments,
                   const std::vector<std::string>& says) {
  const std::set<std::string> before = folder.names();
  const CommandResult result = run_command(folder, arguments);
  INFO("stderr: " << result.err);
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  CHECK(result.err.starts_with("switchyard: "));
  CHECK(result.err.ends_with("\n"));
  for (const std::string& part : says) {
    INFO("expected: " << part);
    CHECK(contains(result.err, part));
  }
  CHECK(folder.names() == before);
}

// As the scenario file broken.toml, with both outputs asked for.
void check_scenario_refused(const std::string& text, const std::vector<std::string>& says) {
  const ScratchFolder folder;
  folder.write("broken.toml", text);
  check_refused(folder, {"compare", "broken.toml", "--json", "out.json", "--csv", "out.csv"}, says);
}

// As the recording broken.csv, by every verb that reads one.
void check_trace_refused(const std::string& text, const std::vector<std::string>& says) {
  const ScratchFolder folder;
  folder.write("broken.csv", text);
  check_refused(folder, {"inspect", "broken.csv"}, says);
  check_refused(folder, {"convert", "broken.csv", "out.swt"}, says);
  check_refused(
      folder, {"compare", "--trace", "broken.csv", "--json", "out.json", "--csv", "out.csv"}, says);
}

const std::string kMagic = "# switchyard-trace v1 epoch_ns=0 source=hand\n";
// Lines 1 to 4 of a sound scenario.
const std::string kStart =
    "[workload]\n"
    "trace = \"trace.csv\"\n"
    "[databases.default]\n"
    "[databases.replica-1]\n";

}  // namespace

TEST_CASE("A native CSV that lacks a required column is refused with the column's name") {
  check_trace_refused(kMagic + "t,session,dur\n0,a,1000\n",
                      {"broken.csv:2: ", "lacks the column 'op'", "required"});
}

TEST_CASE("A native CSV whose times go back is refused at that line and column") {
  check_trace_refused(kMagic + "t,session,op,dur\n5000,a,r,1000\n4000,a,w,1000\n",
                      {"broken.csv:4:1: ", "time 4000 is before the previous line's 5000"});
}

TEST_CASE("A native CSV with a negative duration is refused at that line and column") {
  check_trace_refused(kMagic + "t,session,op,dur\n0,a,r,1000\n10,a,r,-7\n",
                      {"broken.csv:4:4: ", "'dur'", "-7", "leave the field empty"});
}

TEST_CASE("A native CSV with an unknown operation is refused with the list of known ones") {
  check_trace_refused(kMagic + "t,session,op,dur\n0,a,q,1000\n",
                      {"broken.csv:3:3: ", "unknown operation 'q'", "r l w d b c a s x"});
}

TEST_CASE("A native CSV with a time that is no number is refused at that line and column") {
  check_trace_refused(kMagic + "session,t,op\na,soon,r\n",
                      {"broken.csv:3:2: ", "expected an integer, found 'soon'"});
}

TEST_CASE("A native CSV line with too few fields is refused at that line") {
  check_trace_refused(kMagic + "t,session,op\n0,a,r\n1,a\n", {"broken.csv:4", "fewer fields"});
}

TEST_CASE("A recording without requests, an empty one and one of no known format are refused") {
  check_trace_refused(kMagic + "t,session,op\n", {"broken.csv: ", "holds no requests"});
  check_trace_refused("", {"broken.csv: ", "is empty"});
  check_trace_refused("SELECT 1;\n", {"broken.csv: ", "no known format", "--format"});
}

TEST_CASE("A truncated binary recording is refused with its size and the size it should have") {
  const ScratchFolder folder;
  REQUIRE(run_command(folder, {"convert", kRecording, "whole.swt"}).exit_code == 0);
  const std::string whole = folder.read("whole.swt");
  REQUIRE(whole.size() > 1000);
  const std::size_t half = whole.size() / 2;
  folder.write("half.swt", std::string_view(whole).substr(0, half));
  const std::string sizes = std::to_string(half) + " bytes of " + std::to_string(whole.size());
  check_refused(folder, {"inspect", "half.swt"},
                {"half.swt: ", "truncated", sizes, "switchyard convert"});
  check_refused(folder, {"convert", "half.swt", "out.csv"}, {"half.swt: ", "truncated"});
  check_refused(folder, {"compare", "--trace", "half.swt", "--json", "out.json"},
                {"half.swt: ", "truncated"});
  folder.write("head.swt", std::string_view(whole).substr(0, 20));
  check_refused(folder, {"inspect", "head.swt"}, {"head.swt: ", "too short"});
}

TEST_CASE("A binary recording with one wrong byte is refused as damaged, wherever the byte is") {
  const ScratchFolder folder;
  folder.write("small.csv", kMagic + "t,session,op,dur,key\n0,a,r,1000,k1\n10,b,w,2000,k2\n");
  REQUIRE(run_command(folder, {"convert", "small.csv", "whole.swt"}).exit_code == 0);
  const std::string whole = folder.read("whole.swt");
  // The header has 64 bytes and the table of sections follows it; the info section, the first of
  // the sections, names the source.
  const std::size_t source = whole.find("hand");
  REQUIRE(source != std::string::npos);
  for (const std::size_t position : {std::size_t{30}, std::size_t{70}, source}) {
    INFO("byte " << position);
    std::string broken = whole;
    broken[position] = static_cast<char>(broken[position] ^ 0x20);
    folder.write("broken.swt", broken);
    check_refused(folder, {"inspect", "broken.swt"}, {"broken.swt: ", "damaged"});
    check_refused(folder, {"compare", "--trace", "broken.swt", "--csv", "out.csv"},
                  {"broken.swt: ", "damaged", "make it again"});
  }
}

TEST_CASE("A compressed recording that ends early is refused as truncated") {
  const ScratchFolder folder;
  REQUIRE(run_command(folder, {"convert", kRecording, "whole.swt.zst"}).exit_code == 0);
  const std::string whole = folder.read("whole.swt.zst");
  folder.write("half.swt.zst", std::string_view(whole).substr(0, whole.size() / 2));
  check_refused(folder, {"inspect", "half.swt.zst"}, {"half.swt.zst: ", "truncated"});
}

TEST_CASE("An unknown key of a scenario is refused and the nearest one named") {
  check_scenario_refused(
      kStart + "worker = 4\n[[candidates]]\nrouters = [\"round_robin\"]\n",
      {"broken.toml:5:1: ", "unknown key 'databases.replica-1.worker'", "did you mean 'workers'?"});
  check_scenario_refused(
      kStart + "[[candidates]]\nrouters = [\"round_robin\"]\n[run]\n  replication = 4\n",
      {"broken.toml:8:3: ", "unknown key 'run.replication'", "did you mean 'replications'?"});
}

TEST_CASE("An unknown router is refused and the nearest one named") {
  check_scenario_refused(kStart + "[[candidates]]\nrouters = [\"round_robbin\"]\n",
                         {"broken.toml:6:12: ", "unknown router 'round_robbin'",
                          "did you mean 'round_robin'?", "switchyard routers"});
  const ScratchFolder folder;
  check_refused(folder, {"compare", "--trace", kRecording, "--router", "MasterSlav"},
                {"unknown router 'MasterSlav'", "did you mean 'MasterSlave'?"});
  check_refused(folder, {"routers", "orakle"}, {"unknown router", "did you mean 'oracle'?"});
}

TEST_CASE("An unknown parameter of a router is refused with those it takes") {
  check_scenario_refused(
      kStart + "[[candidates]]\nrouters = [{ use = \"d_choices\", replace = true }]\n",
      {"broken.toml:6:12: ", "router 'd_choices' has no parameter 'replace'", "it takes d,"});
  const ScratchFolder folder;
  check_refused(folder, {"compare", "--trace", kRecording, "--router", "MasterSlave:d=2"},
                {"'MasterSlave' has no parameter 'd'", "it takes include_primary and write_rule"});
}

TEST_CASE("A router's parameter of a wrong value is refused with its range") {
  check_scenario_refused(
      kStart + "[[candidates]]\nrouters = [{ use = \"d_choices\", d = 0 }]\n",
      {"broken.toml:6:12: ", "'d' must be an integer from 1 to 64", "found '0'"});
  const ScratchFolder folder;
  check_refused(folder, {"compare", "--trace", kRecording, "--router", "d_choices:d=two"},
                {"'d' must be an integer from 1 to 64", "found 'two'"});
  check_refused(folder, {"compare", "--trace", kRecording, "--router", "d_choices:d"},
                {"--router d_choices:d: ", "expected key=value"});
}

TEST_CASE("A --router without a name is refused") {
  const ScratchFolder folder;
  for (const char* text : {"", "MasterSlave+"}) {
    check_refused(folder, {"compare", "--trace", kRecording, "--router", text},
                  {"--router ", "expected NAME"});
  }
}

TEST_CASE("A cluster without a database named default is refused") {
  check_scenario_refused(
      "[workload]\ntrace = \"trace.csv\"\n[databases.master-1]\n"
      "[[candidates]]\nrouters = [\"round_robin\"]\n",
      {"broken.toml:3:1: ", "no database named 'default'", "add [databases.default]"});
  const ScratchFolder folder;
  check_refused(folder, {"compare", "--trace", kRecording, "--databases", "master,replica"},
                {"no database named 'default'"});
}

TEST_CASE("A cluster without a primary is refused") {
  check_scenario_refused(
      "[workload]\ntrace = \"trace.csv\"\n[databases.default]\nrole = \"replica\"\n"
      "[[candidates]]\nrouters = [\"round_robin\"]\n",
      {"broken.toml:3:1: ", "no database is a primary", "set role = \"primary\""});
}

TEST_CASE("A database without workers is refused at that line") {
  check_scenario_refused(
      kStart + "workers = 0\n[[candidates]]\nrouters = [\"round_robin\"]\n",
      {"broken.toml:5:11: ", "'replica-1' has workers = 0", "give it at least 1"});
  const ScratchFolder folder;
  check_refused(folder, {"compare", "--trace", kRecording, "--workers", "0"}, {"--workers", "0"});
}

TEST_CASE("MultipleMasterSlave without a database named master… is refused") {
  check_scenario_refused(kStart + "[[candidates]]\nrouters = [\"MultipleMasterSlave\"]\n",
                         {"broken.toml:5:1: ", "name starts with 'master'", "rename a database"});
  const ScratchFolder folder;
  check_refused(folder, {"compare", "--trace", kRecording, "--router", "MultipleMasterSlave"},
                {"name starts with 'master'"});
}

TEST_CASE("Routers given as a text instead of a list are refused with the right form") {
  check_scenario_refused(
      kStart + "[[candidates]]\nrouters = \"MasterSlave\"\n",
      {"broken.toml:6:11: ", "routers must be a list", "routers = [\"MasterSlave\"]"});
}

TEST_CASE("Two candidates of one name are refused at the second") {
  check_scenario_refused(
      kStart +
          "[[candidates]]\nrouters = [\"round_robin\"]\n[[candidates]]\nrouters = "
          "[\"round_robin\"]\n",
      {"broken.toml:7:1: ", "two candidates are named 'round_robin'", "a name of its own"});
  const ScratchFolder folder;
  check_refused(
      folder,
      {"compare", "--trace", kRecording, "--router", "round_robin", "--router", "round_robin"},
      {"two candidates are named 'round_robin'"});
}

TEST_CASE("A scenario without candidates is refused with an example of one") {
  check_scenario_refused(
      kStart, {"broken.toml:1:1: ", "candidates is missing", "[[candidates]] with routers"});
}

TEST_CASE("A TOML syntax error is refused with its line and column") {
  check_scenario_refused("seed = 1\n[workload]\ntrace = \n", {"broken.toml:3:"});
  check_scenario_refused("seed = 1\nseed = 2\n", {"broken.toml:2:", "seed"});
  check_scenario_refused("[workload]\ntrace = \"never closed\n", {"broken.toml:2:"});
}

TEST_CASE("A line break in a name does not break the error's one line") {
  check_scenario_refused(kStart + "\"wor\\nkers\" = 1\n", {"broken.toml:5:1: ", "unknown key"});
  check_scenario_refused(kStart + "workers = \"\"\"one\ntwo\"\"\"\n",
                         {"broken.toml:5:11: ", "must be an integer"});
  check_scenario_refused(kStart + "[databases.replica-2.workers]\na = 1\nb = 2\n",
                         {"broken.toml:5:1: ", "must be an integer", "found a table"});
}

TEST_CASE("An empty scenario file is refused with what it needs") {
  check_scenario_refused("", {"broken.toml:1:1: ", "workload is missing"});
}

TEST_CASE("A missing scenario file is refused by its name") {
  const ScratchFolder folder;
  check_refused(folder, {"compare", "nowhere.toml"}, {"nowhere.toml: ", "is the path right?"});
}

TEST_CASE("A missing recording is refused by its name") {
  const ScratchFolder folder;
  const std::vector<std::string> says = {"nowhere.csv: ", "No such file"};
  check_refused(folder, {"inspect", "nowhere.csv"}, says);
  check_refused(folder, {"convert", "nowhere.csv", "out.swt"}, says);
  check_refused(folder, {"compare", "--trace", "nowhere.csv", "--json", "out.json"}, says);
  folder.write("scenario.toml",
               "[workload]\ntrace = \"nowhere.csv\"\n[databases.default]\n"
               "[databases.replica-1]\n[[candidates]]\nrouters = [\"round_robin\"]\n");
  check_refused(folder, {"compare", "scenario.toml", "--csv", "out.csv"}, says);
}

TEST_CASE("A directory is refused where a file is needed") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.path("folder"));
  check_refused(folder, {"compare", "folder"}, {"folder: ", "directory", "scenario"});
  check_refused(folder, {"compare", "--trace", "folder"}, {"folder: ", "directory"});
  check_refused(folder, {"inspect", "folder"}, {"folder: ", "directory"});
  check_refused(folder, {"compare", "--trace", kRecording, "--json", "folder"},
                {"folder: ", "directory", "name a file"});
  std::filesystem::create_directory(folder.path("folder.swt"));
  check_refused(folder, {"convert", kRecording, "folder.swt"}, {"folder.swt: ", "directory"});
}

TEST_CASE("An output in a folder that does not exist is refused before the run") {
  const ScratchFolder folder;
  const std::vector<std::string> says = {"missing/out", "cannot be written", "No such file"};
  check_refused(folder, {"compare", kQuickstart, "--json", "missing/out.json"}, says);
  check_refused(folder, {"compare", kQuickstart, "--csv", "missing/out.csv"}, says);
  check_refused(folder, {"convert", kRecording, "missing/out.swt"}, says);
  // The first output is given up with the second.
  check_refused(folder, {"compare", kQuickstart, "--json", "out.json", "--csv", "missing/out.csv"},
                says);
}

TEST_CASE("An output that would overwrite an input is refused, and the input is kept") {
  const ScratchFolder folder;
  folder.write("w.csv",
               "# switchyard-trace v1 epoch_ns=0 source=t\nt,session,op,dur\n0,a,r,1000\n");
  for (const char* output : {"--json", "--baseline", "--csv", "--evidence"}) {
    const CommandResult result = run_command(
        folder, {"compare", "--trace", "w.csv", "--router", "MasterSlave", output, "./w.csv"});
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, "./w.csv: is read as input and can't be written to as well"));
  }
  CHECK(folder.read("w.csv").starts_with("# switchyard-trace"));
}

TEST_CASE(
    "An output through a link goes to the linked file, one to a device leaves that a device") {
  const ScratchFolder folder;
  folder.write("w.csv",
               "# switchyard-trace v1 epoch_ns=0 source=t\nt,session,op,dur\n0,a,r,1000\n");
  folder.write("target.json", "old");
  std::filesystem::create_symlink("target.json", folder.path("link.json"));
  const auto compare_to = [&](const std::string& output) {
    return run_command(folder,
                       {"compare", "--trace", "w.csv", "--router", "MasterSlave", "--json", output})
        .exit_code;
  };
  CHECK(compare_to("link.json") == 0);
  CHECK(std::filesystem::is_symlink(folder.path("link.json")));
  CHECK(folder.read("target.json").starts_with("{"));
  CHECK(compare_to("/dev/null") == 0);
  CHECK(std::filesystem::is_character_file("/dev/null"));
  CHECK(compare_to("/dev/full") == 2);
  CHECK(std::filesystem::is_character_file("/dev/full"));
}

TEST_CASE("Times beyond a century are refused, wherever they come from") {
  const ScratchFolder folder;
  const auto check = [&](const std::string& workload, const std::string& rest = "") {
    folder.write("x.toml", "[workload.synthetic]\nrequests = 2000\n" + workload +
                               "\n[databases.default]\n" + rest +
                               "[[candidates]]\nrouters = [\"MasterSlave\"]\n");
    const CommandResult result = run_command(folder, {"compare", "x.toml"});
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, "century"));
  };
  const std::string arrivals = "arrivals = { law = \"poisson\", rate = 100.0 }";
  check("arrivals = { law = \"poisson\", rate = 1e-300 }");
  check(arrivals + "\nread_service = { law = \"exponential\", mean = \"800000h\" }");
  check(arrivals, "speed = 1e-12\n");
  check(arrivals, "round_trip = \"200000h\"\n");
  check(arrivals, "[databases.other]\n[replication]\nmode = \"semi_sync\"\ndelay = \"876000h\"\n");
  check(arrivals,
        "[[faults]]\nkind = \"errors\"\nnode = \"default\"\nat = \"0s\"\n"
        "[run]\nretries = 5\nretry_after = \"100000h\"\n");
  check(arrivals,
        "[[faults]]\nkind = \"slow\"\nnode = \"default\"\nat = \"0s\"\nfactor = 1e9\n"
        "[[faults]]\nkind = \"slow\"\nnode = \"default\"\nat = \"0s\"\nfactor = 1e9\n");
}

TEST_CASE("Two outputs in one place are refused") {
  const ScratchFolder folder;
  check_refused(folder, {"compare", kQuickstart, "--json", "-", "--csv", "-"},
                {"--json - and --csv -", "name a file for one"});
  check_refused(folder, {"compare", kQuickstart, "--json", "out", "--csv", "out"},
                {"out: ", "name two files"});
  check_refused(folder, {"compare", kQuickstart, "--json", "out", "--baseline", "out"},
                {"out: --json and --baseline", "name two files"});
}

TEST_CASE("Converting to an unknown ending is refused with the known ones") {
  const ScratchFolder folder;
  for (const char* name : {"out.parquet", "out", "out.zst"}) {
    check_refused(folder, {"convert", kRecording, name}, {name, ".csv", ".swt", ".swt.zst"});
  }
}

TEST_CASE("An unknown or a wrong --format is refused") {
  const ScratchFolder folder;
  folder.write("small.csv", kMagic + "t,session,op,dur\n0,a,r,1000\n");
  for (const char* verb : {"inspect", "convert", "compare"}) {
    Arguments arguments = {verb, "small.csv", "--format", "xml"};
    if (verb == std::string("compare"))
      arguments = {verb, "--trace", "small.csv", "--format", "xml"};
    if (verb == std::string("convert")) arguments = {verb, "small.csv", "o.swt", "--format", "xml"};
    check_refused(folder, arguments, {"--format", "xml", "auto", "native", "binary", "pgcsv"});
  }
  check_refused(folder, {"inspect", "small.csv", "--format", "binary"}, {"small.csv: "});
  check_refused(folder, {"inspect", "small.csv", "--format", "pgcsv"}, {"small.csv:"});
  check_refused(folder, {"inspect", kRecording, "--format", "native"},
                {"pgbench-mix.csv.zst:1:1: ", "switchyard-trace"});
}

TEST_CASE("An unknown verb, no verb and an unknown option are refused with a way to help") {
  const ScratchFolder folder;
  check_refused(folder, {"compair"}, {"'compair'", "did you mean 'compare'?", "--help"});
  check_refused(folder, {"frobnicate"}, {"compare", "routers", "inspect", "convert", "--help"});
  check_refused(folder, {}, {"compare", "routers", "inspect", "convert", "--help"});
  check_refused(folder, {"--frobnicate"}, {"--frobnicate", "--help"});
  check_refused(folder, {"compare", kQuickstart, "--frobnicate"}, {"--frobnicate", "--help"});
  check_refused(folder, {"inspect"}, {"trace is required", "inspect --help"});
}

TEST_CASE("compare needs a scenario or a recording, and not both") {
  const ScratchFolder folder;
  check_refused(folder, {"compare"}, {"SCENARIO.toml or --trace"});
  check_refused(folder, {"compare", kQuickstart, "--trace", kRecording},
                {"SCENARIO.toml or --trace"});
  check_refused(folder, {"compare", kQuickstart, "--workers", "3"},
                {"--workers goes with --trace"});
  check_refused(folder, {"compare", kQuickstart, "--databases", "default"},
                {"--databases goes with --trace"});
}

TEST_CASE("Options with values out of range are refused by name") {
  const ScratchFolder folder;
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"--speed", "0"},        {"--speed", "-1"},     {"--speed", "nan"},  {"--speed", "inf"},
      {"--speed", "fast"},     {"--seed", "-1"},      {"--seed", "x"},     {"--warmup", "3"},
      {"--replications", "0"}, {"--threads", "many"}, {"--loop", "spiral"}};
  for (const auto& [option, value] : wrong) {
    check_refused(folder, {"compare", kQuickstart, "--json", "out.json", option, value},
                  {option, value});
  }
}

}  // namespace switchyard
