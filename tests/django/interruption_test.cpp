// Ctrl-C while users' Django routers are loaded or asked: it ends the run at once, as it ends
// others.
#include "cli/run_command.h"
#include "django/rig.h"

namespace switchyard::testing {
namespace {

// Tells its process in `worker`, then is busy for ever. `on_interrupt` is what it does where Python
// raises KeyboardInterrupt in it.
std::string hanging(const std::string& on_interrupt) {
  return "open('worker.new', 'w').write(str(os.getpid()))\nos.rename('worker.new', 'worker')\n"
         "while True:\n    try:\n        while True: pass\n"
         "    except KeyboardInterrupt:\n        " +
         on_interrupt + "\n";
}

// Routers that hang when they are asked, or while they are loaded.
void write_routers(const ScratchFolder& folder, bool hang_when_loaded) {
  const std::string code = hanging("os._exit(5)");
  std::string indented;
  for (const std::string& line : lines_of(code)) indented += "        " + line + "\n";
  folder.write("r.py", "import os\n" + (hang_when_loaded ? code : std::string()) +
                           "class Mine:\n    def db_for_read(self, model, **hints):\n" + indented);
  folder.write("s.py", databases_text({"default"}) + "DATABASE_ROUTERS = ['r.Mine']\n");
}

Arguments comparison() {
  return {"compare",     "--trace", kRecording, "--quiet",
          "--databases", "default", "--router", "django:settings=s.py,patience=60s"};
}

template <class Condition>
bool comes_true(const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

bool is_told(const ScratchFolder& folder) {
  return comes_true([&] { return folder.names().contains("worker"); });
}

// A process that has ended but was not waited for is gone, too.
bool is_gone(const std::string& process) {
  return comes_true([&] {
    std::ifstream status("/proc/" + process + "/stat");
    std::string text;
    return !std::getline(status, text) || contains(text, ") Z ");
  });
}

constexpr std::chrono::seconds kAtOnce{5};  // against a patience of 60 s

}  // namespace

TEST_CASE("Ctrl-C, which goes to all processes of a terminal, ends a run of routers as any other") {
  for (const bool loading : {false, true}) {
    INFO(loading);
    const ScratchFolder folder;
    write_routers(folder, loading);
    RunningCommand command(folder, comparison(), ProcessGroup::kOwn);
    REQUIRE(is_told(folder));
    command.send_to_group(SIGINT);
    const auto result = command.wait_at_most(kAtOnce);
    REQUIRE(result);
    CHECK(result->exit_code == 130);
    CHECK(result->err.ends_with("switchyard: interrupted; nothing was written\n"));
    CHECK(is_gone(folder.read("worker")));
  }
}

TEST_CASE("a run whose routers hang can be interrupted and terminated, however patient it is") {
  for (const int signal : {SIGINT, SIGTERM}) {
    const ScratchFolder folder;
    write_routers(folder, false);
    RunningCommand command(folder, comparison());
    REQUIRE(is_told(folder));
    command.send(signal);
    const auto result = command.wait_at_most(kAtOnce);
    REQUIRE(result);
    CHECK(result->exit_code == 130);
    CHECK(is_gone(folder.read("worker")));
  }
}

TEST_CASE("settings that hang before the run begins can be interrupted, and leave no process") {
  const ScratchFolder folder;
  write_routers(folder, true);
  RunningCommand command(
      folder, {"compare", "--trace", kRecording, "--quiet", "--django-settings", "s.py"});
  REQUIRE(is_told(folder));
  command.send(SIGINT);
  const auto result = command.wait_at_most(kAtOnce);
  REQUIRE(result);
  CHECK(result->exit_code == 130);
  CHECK(is_gone(folder.read("worker")));
}

TEST_CASE("no process outlives a run that was killed, nor what it has started") {
  const ScratchFolder folder;
  write_routers(folder, false);
  folder.write("s.py", folder.read("s.py") +
                           "import subprocess\n"
                           "child = subprocess.Popen(['sleep', '600'])\n"
                           "open('child', 'w').write(str(child.pid))\n");
  RunningCommand command(folder, comparison());
  REQUIRE(is_told(folder));
  command.send(SIGKILL);
  CHECK(command.wait().exit_code == 137);
  CHECK(is_gone(folder.read("worker")));
  CHECK(is_gone(folder.read("child")));
}

TEST_CASE("an explanation that waits for a router can be interrupted") {
  const ScratchFolder folder;
  write_routers(folder, false);
  RunningCommand command(
      folder, {"explain", "--trace", kRecording, "--quiet", "--databases", "default", "--router",
               "django:settings=s.py,patience=60s", "--at", "1ms"});
  REQUIRE(is_told(folder));
  command.send(SIGINT);
  const auto result = command.wait_at_most(kAtOnce);
  REQUIRE(result);
  CHECK(result->exit_code == 130);
}

TEST_CASE("an interruption that a router itself raises is a failure like others") {
  DjangoCase test;
  test.code =
      "import os, signal\nclass Mine:\n    def db_for_read(self, model, **hints):\n"
      "        os.kill(os.getpid(), signal.SIGINT)\n        raise KeyboardInterrupt\n";
  DjangoRig rig(test);
  CHECK(rig.read() == "fails");
  CHECK(rig.read() == "fails");
  CHECK(contains(rig.account().notes.at(0),
                 "failed 2 times, and the queries with it: KeyboardInterrupt (routers.py:5"));
}

}  // namespace switchyard::testing
