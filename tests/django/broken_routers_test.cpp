// Routers that break: each is told of in a sentence, and none takes the run with it unawares.
#include "django/rig.h"
#include "django/worker_process.h"

namespace switchyard::testing {
namespace {

DjangoCase reads_by(const std::string& body) {
  DjangoCase test;
  test.code =
      "import os, sys\nclass Mine:\n    calls = 0\n"
      "    def db_for_read(self, model, **hints):\n        " +
      body + "\n";
  return test;
}

// What asking it fails with; empty if it doesn't.
std::string asking_error(DjangoRig& rig) {
  try {
    rig.read();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a router that raises fails the query, is counted, and its own line is told") {
  DjangoRig rig(
      reads_by("self.calls += 1\n        if self.calls % 10 == 0:\n"
               "            raise ValueError('not today')\n        return 'replica-1'"));
  int failed = 0;
  for (int i = 0; i < 95; ++i) failed += rig.read() == "fails" ? 1 : 0;
  CHECK(failed == 9);
  const std::vector<std::string> notes = rig.account().notes;
  REQUIRE(notes.size() == 1);
  CHECK(notes[0] ==
        "db_for_read failed 9 times, and the queries with it: ValueError: not today "
        "(routers.py:7, in db_for_read)\n"
        "  routers.py:7, in db_for_read: raise ValueError('not today')");
}

TEST_CASE("a router that names an unknown database, or what is no name, fails as under Django") {
  DjangoRig unknown(reads_by("return 'nosuch'"));
  CHECK(unknown.read() == "fails");
  CHECK(unknown.account().notes ==
        std::vector<std::string>{"db_for_read failed 1 times, and the queries with it: "
                                 "ConnectionDoesNotExist: The connection 'nosuch' doesn't exist."});
  DjangoRig number(reads_by("return 5"));
  CHECK(number.read() == "fails");
  DjangoRig list(reads_by("return ['default']"));
  CHECK(list.read() == "fails");
  DjangoRig nothing(reads_by("return ''"));
  CHECK(nothing.read() == "default");
}

TEST_CASE("a database without an engine fails the query, as its connection would") {
  DjangoCase test = reads_by("return 'replica-1'");
  test.more = "DATABASES['replica-1'] = {}\n";
  DjangoRig rig(test);
  CHECK(rig.read() == "fails");
  CHECK(
      contains(rig.account().notes.at(0), "ImproperlyConfigured: the database 'replica-1' has no"));
  CHECK(rig.write() == "default");
}

TEST_CASE("a router that takes no hints fails from the first hinted call on") {
  DjangoCase test;
  test.code = "class Mine:\n    def db_for_write(self, model):\n        return 'default'\n";
  DjangoRig rig(test);
  CHECK(rig.write() == "default");
  CHECK(rig.write(0, 0, NodeId{1}) == "fails");
  CHECK(contains(rig.account().notes.at(0),
                 "TypeError: Mine.db_for_write() got an unexpected keyword argument 'instance'"));
}

TEST_CASE("endless recursion and exit are failures like others") {
  DjangoRig recursion(reads_by("return self.db_for_read(model, **hints)"));
  CHECK(recursion.read() == "fails");
  CHECK(contains(recursion.account().notes.at(0), "RecursionError: maximum recursion depth"));
  DjangoRig exits(reads_by("sys.exit(3)"));
  CHECK(exits.read() == "fails");
  CHECK(exits.read() == "fails");
  CHECK(
      contains(exits.account().notes.at(0), "failed 2 times, and the queries with it: SystemExit"));
}

TEST_CASE("what a router prints is counted and does not reach the terminal") {
  DjangoRig rig(
      reads_by("print('asked for', model.__name__)\n        print('x', file=sys.stderr)"));
  for (int i = 0; i < 3; ++i) CHECK(rig.read() == "default");
  CHECK(rig.account().notes ==
        std::vector<std::string>{"it prints to standard output, 3 lines, the first: asked for Row",
                                 "it prints to standard error, 3 lines, the first: x"});
}

TEST_CASE("text that is no UTF-8, and bytes, are told of with what can't be shown replaced") {
  DjangoRig raises(reads_by("raise ValueError(os.fsdecode(b'caf\\xe9'))"));
  CHECK(raises.read() == "fails");
  CHECK(contains(raises.account().notes.at(0), "ValueError: caf? (routers.py:5"));
  DjangoRig prints(reads_by("sys.stdout.buffer.write(b'\\xff\\n')"));
  CHECK(prints.read() == "default");
  CHECK(prints.account().notes ==
        std::vector<std::string>{"it prints to standard output, 1 lines, the first: \\xff"});
}

TEST_CASE("answers and errors that can't be shown fail the query like others") {
  DjangoCase test = reads_by("return Odd() if self.calls else self.fails()");
  test.code +=
      "    def fails(self):\n        self.calls = 1\n        raise Odd()\n"
      "class Odd(Exception):\n    def __str__(self):\n        raise KeyboardInterrupt\n"
      "    __repr__ = __str__\n";
  DjangoRig rig(test);
  CHECK(rig.read() == "fails");
  CHECK(rig.read() == "fails");
  const std::vector<std::string> notes = rig.account().notes;
  REQUIRE(notes.size() == 2);
  CHECK(contains(notes[0], "with it: Odd (routers.py:"));
  CHECK(contains(notes[1], "ConnectionDoesNotExist: The connection of type Odd doesn't exist."));
}

TEST_CASE("the text of an error is told to a bearable length") {
  DjangoRig rig(reads_by("raise ValueError('x' * 1_000_000)"));
  CHECK(rig.read() == "fails");
  CHECK(rig.account().notes.at(0).size() < 2'000);
}

TEST_CASE("a router that hangs is stopped, and where it hung is told") {
  DjangoCase test = reads_by("while True: pass");
  test.patience = "300ms";
  DjangoRig rig(test);
  const std::string error = asking_error(rig);
  CHECK(contains(error, "the Django routers of mysettings.py have not answered for 300ms"));
  CHECK(contains(error, "routers.py\", line 5 in db_for_read"));
}

TEST_CASE("a router that ends or crashes its process is told of") {
  DjangoRig ends(reads_by("os._exit(7)"));
  CHECK(contains(asking_error(ends), "of mysettings.py ended with exit status 7 before the run"));
  DjangoRig crashes(reads_by("os.kill(os.getpid(), 11)"));
  const std::string error = asking_error(crashes);
  CHECK(contains(error, "ended by signal 11 (SEGV)"));
  CHECK(contains(error, "routers.py\", line 5"));
}

TEST_CASE("what a process has printed is told as that, not as why it ended") {
  DjangoRig ends(reads_by("os.write(2, b'all is well\\n\\n')\n        os._exit(3)"));
  CHECK(asking_error(ends) ==
        "the process of the Django routers of mysettings.py ended with exit status 3 before the "
        "run was over; the last that it printed: all is well");
  DjangoRig crashes(reads_by("os.write(1, b'x' * 5_000 + b'\\r')\n        os.abort()"));
  const std::string error = asking_error(crashes);
  CHECK(contains(error, "(ABRT) before the run was over: Fatal Python error: Aborted, at File"));
  CHECK(error.ends_with("; the last that it printed: " + std::string(200, 'x')));
}

TEST_CASE("what is printed past Python is not kept, however much that is") {
  DjangoRig rig(
      reads_by("for i in range(200): os.write(1 + i % 2, b'x' * 65536)\n"
               "        kept = max(os.fstat(i).st_size for i in (1, 2, 4))\n"
               "        return 'replica-1' if kept < 100_000 else 'default'"));
  CHECK(rig.read() == "replica-1");
  CHECK(rig.read() == "replica-1");
  CHECK(rig.account().notes.empty());
}

TEST_CASE("where a router hangs is told, though it has printed much") {
  DjangoCase test =
      reads_by("for i in range(20): os.write(2, b'x' * 65536)\n        while True: pass");
  test.patience = "300ms";
  DjangoRig rig(test);
  CHECK(contains(asking_error(rig), "routers.py\", line 6 in db_for_read"));
}

TEST_CASE("the code of a router that fails is looked up once, not whenever it fails") {
  DjangoCase test =
      reads_by("if looked_up[0] > 20: return 'replica-1'\n        raise ValueError('not today')");
  test.code +=
      "import linecache\nlooked_up = [0]\nreal = linecache.checkcache\n"
      "def counted(*names):\n    looked_up[0] += 1\n    real(*names)\n"
      "linecache.checkcache = counted\n";
  DjangoRig rig(test);
  for (int i = 0; i < 100; ++i) CHECK(rig.read() == "fails");
  CHECK(contains(rig.account().notes.at(0), "db_for_read failed 100 times"));
}

TEST_CASE("a router that closes what connects its process is stopped like one that hangs") {
  DjangoCase test = reads_by("os.closerange(3, 64)\n        while True: pass");
  test.patience = "300ms";
  DjangoRig rig(test);
  CHECK(contains(asking_error(rig), "of mysettings.py have not answered for 300ms"));
}

TEST_CASE("a router that ends its process beside one that lives on is not told of as hanging") {
  DjangoCase test = reads_by(
      "if os.fork(): os._exit(7)\n        __import__('signal').alarm(5)\n"
      "        __import__('signal').pause()");
  test.patience = "300ms";
  DjangoRig rig(test);
  CHECK(contains(asking_error(rig), "of mysettings.py ended with exit status 7 before the run"));
}

TEST_CASE("routers that can't be loaded are told of with Django's own words") {
  const auto error_of_routers = [](const std::string& routers) {
    DjangoCase test = reads_by("return None");
    test.code += "class NeedsMore:\n    def __init__(self, x): pass\n";
    test.routers = routers;
    return loading_error(test);
  };
  CHECK(
      contains(error_of_routers("['nope']"), "ImportError: nope doesn't look like a module path"));
  CHECK(contains(error_of_routers("['nope.X']"), "ModuleNotFoundError: No module named 'nope'"));
  CHECK(contains(error_of_routers("['routers.Nope']"),
                 "Module \"routers\" does not define a \"Nope\" attribute/class"));
  CHECK(contains(error_of_routers("'routers.Mine'"), "r doesn't look like a module path"));
  CHECK(contains(error_of_routers("['routers.NeedsMore']"), "missing 1 required positional"));
  CHECK(error_of_routers("[]").empty());
}

TEST_CASE("settings that can't be loaded are told of with what is wrong") {
  DjangoCase test = reads_by("return None");
  test.more = "1 / 0\n";
  CHECK(contains(loading_error(test),
                 "mysettings.py could not be loaded: ZeroDivisionError: division by zero "
                 "(mysettings.py:"));
  test.more = "def broken(:\n";
  CHECK(contains(loading_error(test), "SyntaxError"));
  test.more = "DATABASES = {'master-a': {}}\n";
  CHECK(contains(loading_error(test), "You must define a 'default' database."));
  test.more = "import no_such_package\n";
  CHECK(contains(loading_error(test), "No module named 'no_such_package'"));
  const auto of_file = [](const std::string& path) {
    return error_of("django", primary_and(2), {{"settings", path}});
  };
  CHECK(contains(of_file("nowhere/settings.py"), "nowhere/settings.py: there is no such file"));
  CHECK(contains(of_file(std::string(SWITCHYARD_SOURCE_DIR) + "/README.md"), "is a Python file"));
  CHECK(contains(of_file(""), "needs the path of a Django settings module"));
}

TEST_CASE("a path that is no settings module is told of with what is wrong with it") {
  const TemporaryDirectory folder;
  std::filesystem::create_directories(folder.file("empty"));
  folder.write("settings.local.py", databases_text({"default"}));
  const auto of_file = [&](const std::string& path) {
    return error_of("django", primary_and(2), {{"settings", folder.file(path)}});
  };
  CHECK(contains(of_file("empty"),
                 "/empty: this folder is no settings module, as it has no "
                 "__init__.py; give the path of the file"));
  CHECK(contains(of_file("settings.local.py"),
                 "/settings.local.py: Python can't import it, since a module's name has no dot; "
                 "name the file settings_local.py, for example"));
  CHECK(contains(of_file("settings.local.py/s.py"), "/s.py: Not a directory"));
}

TEST_CASE("loading that does not end is stopped, with advice that helps there") {
  const TemporaryDirectory folder;
  const std::string settings = folder.write("s.py", "while True: pass\n");
  std::string error;
  try {
    const django::WorkerProcess worker({settings, {}, 0, {}, 3 * kSecond}, kHour);
  } catch (const InputError& caught) {
    error = caught.what();
  }
  CHECK(error ==
        "s.py and its routers have not been loaded within 3.00s, so their process was stopped, at "
        "File \"" +
            settings +
            "\", line 1 in <module>; mend what they do while they are imported, or "
            "give them longer as the router django:settings=s.py,patience=5m");
}

TEST_CASE("a database that the cluster lacks is named with what to do") {
  CHECK(contains(error_of("django", primary_and(1), {{"settings", kBundledSettings}}),
                 "has a database 'replica-2' that the cluster lacks; add [databases.replica-2]"));
}

}  // namespace switchyard::testing
