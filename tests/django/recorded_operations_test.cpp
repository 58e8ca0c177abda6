// Django routers asked as Django's ORM asks them, in recorded operations.
#include <nlohmann/json.hpp>

#include "cli/run_command.h"
#include "django/rig.h"

namespace switchyard::testing {
namespace {

// Routers for an application with a database of its own, and what they were asked.
constexpr const char* kByApp = R"py(
class ByApp:
    asked = set()

    def answer(self, kind, model, hints):
        label = model._meta.app_label
        self.asked.add((kind, label, model.__name__, "instance" in hints))
        if hints:
            assert hints["instance"]._state.db == "users", hints["instance"]._state.db
        return "users" if label == "auth" else None

    def db_for_read(self, model, **hints):
        return self.answer("R", model, hints)

    def db_for_write(self, model, **hints):
        return self.answer("W", model, hints)
)py";

// `sent`: the letters of its statements.
std::string operation(const std::string& name, int second, std::string_view sent) {
  nlohmann::json line = {{"orm", name},      {"time", 1'700'000'000 + second},
                         {"session", "1.2"}, {"table", "auth_user"},
                         {"key", 7},         {"statements", {}}};
  for (const char letter : sent) line["statements"].push_back({std::string(1, letter), 0.001});
  return line.dump() + "\n";
}

// A scratch folder with settings, routers and a recording of operations on users.
void fill(const ScratchFolder& folder) {
  folder.write("by_app.py", kByApp);
  folder.write("s.py", databases_text({"default", "users"}) +
                           "DATABASE_ROUTERS = ['by_app.ByApp']\n"
                           "INSTALLED_APPS = ['django.contrib.auth', "
                           "'django.contrib.contenttypes']\n");
  std::string text;
  int second = 1;
  for (const auto& [name, sent] : {std::pair{"get", "r"},
                                   {"bulk_create", "w"},
                                   {"update_or_create.exists", "lw"},
                                   {"get_or_create.creates", "rw"},
                                   {"delete_object", "rw"},
                                   {"m2m.remove", "w"}}) {
    text += operation(name, second++, sent);
  }
  folder.write("orm.jsonl", text);
}

nlohmann::json compare(const ScratchFolder& folder, std::vector<std::string> more) {
  std::vector<std::string> arguments = {"compare", "--trace",  "orm.jsonl",    "--django-settings",
                                        "s.py",    "--router", "primary_only", "--json",
                                        "-",       "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const CommandResult result = RunningCommand(folder, arguments).wait();
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return nlohmann::json::parse(result.out);
}

bool tells(const nlohmann::json& report, const std::string& part) {
  for (const auto& note : report["switchyard"]["notes"]) {
    if (note.get<std::string>().find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("every call of an operation is about its model and object, BEGIN's included") {
  const ScratchFolder folder;
  fill(folder);
  const auto report = compare(folder, {"--primaries", "users"});
  const auto& django = report["candidates"][1];
  REQUIRE(django["name"] == "Django: ByApp");
  CHECK(django["failed"] == 0);
  CHECK(django["conflicts"]["left_transactions"] == 0);
  for (const auto& node : django["nodes"]) {
    if (node["name"] == "default") CHECK(node["reads"].get<int>() + node["writes"].get<int>() == 0);
  }
  CHECK_FALSE(tells(report, "failed"));
}

// Notes what it is asked, as django_ops.json has it, on a line for each call.
constexpr const char* kNoting = R"py(
import json

def name(thing):
    return f"{type(thing).__name__}@{thing._state.db}"

class Noting:
    def note(self, kind, model, hints):
        call = [kind, model.__name__, {k: name(v) for k, v in hints.items()}]
        with open("asked.jsonl", "a") as file:
            print(json.dumps(call), file=file)
        return "replica" if kind == "R" else "default"

    def db_for_read(self, model, **hints):
        return self.note("R", model, hints)

    def db_for_write(self, model, **hints):
        return self.note("W", model, hints)
)py";

// What Noting notes of a recording, beside the models of tests/conformance.
std::vector<nlohmann::json> noted(const ScratchFolder& folder, const std::string& recording) {
  folder.write("noting.py", kNoting);
  folder.write("s.py", "import sys\nsys.path.append('" SWITCHYARD_SOURCE_DIR
                       "/tests/conformance')\n" +
                           databases_text({"default", "replica"}) +
                           "DATABASE_ROUTERS = ['noting.Noting']\n"
                           "CACHES = {'default': {'BACKEND': "
                           "'django.core.cache.backends.db.DatabaseCache', 'LOCATION': 'cache'}}\n"
                           "INSTALLED_APPS = ['django.contrib.auth', "
                           "'django.contrib.contenttypes', 'django.contrib.sessions', "
                           "'django_shop']\n");
  const CommandResult result = run_command(
      folder, {"compare", "--trace", recording, "--django-settings", "s.py", "--quiet"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  std::vector<nlohmann::json> calls;
  for (const std::string& line : lines_of(folder.read("asked.jsonl"))) {
    calls.push_back(nlohmann::json::parse(line));
  }
  return calls;
}

TEST_CASE("the user's routers get the models of their project and objects of them, as in Django") {
  const ScratchFolder folder;
  auto calls = noted(folder, SWITCHYARD_SOURCE_DIR "/tests/data/django-orm.jsonl");
  // Where objects were read from is of that run; see below.
  const auto without_database = [](nlohmann::json call) {
    if (call[2].contains("instance")) {
      const auto object = call[2]["instance"].get<std::string>();
      call[2]["instance"] = object.substr(0, object.find('@'));
    }
    return call;
  };
  std::vector<nlohmann::json> expected;
  for (const auto& one : nlohmann::json::parse(
           file_content(SWITCHYARD_SOURCE_DIR "/tests/conformance/django_ops.json"))) {
    // Of which nothing is recorded, as no statement follows.
    if (one.at("op") == "Book(editor=p(replica))") continue;
    for (const auto& call : one.at("router_calls")) {
      if (call[0] != "REL") expected.push_back(without_database(call));
    }
  }
  REQUIRE(calls.size() > expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(without_database(calls[i]) == expected[i]);
  }
}

TEST_CASE("objects that calls name come from where the session read or wrote them last") {
  const ScratchFolder folder;
  std::string text;
  int second = 1;
  const auto line = [&](const std::string& name, const std::string& table, const char* sent,
                        int key, int related_to = 0) {
    nlohmann::json one = {{"orm", name},
                          {"time", 1'700'000'000 + second++},
                          {"session", "1.2"},
                          {"table", table},
                          {"statements", nlohmann::json::array({{sent, 0.001}})}};
    if (key != 0) one["key"] = key;
    if (related_to != 0) one["object"] = {{"table", "django_shop_book"}, {"key", related_to}};
    text += one.dump() + "\n";
  };
  line("get", "django_shop_book", "r", 1);
  line("related.get", "django_shop_person", "r", 8, 1);
  line("m2m.add", "django_shop_book_authors", "w", 1, 1);
  line("create", "django_shop_book", "w", 2);
  line("related.get", "django_shop_person", "r", 9, 2);
  line("save.loaded", "django_shop_person", "w", 8);
  line("save.new", "django_shop_person", "w", 10);
  folder.write("orm.jsonl", text);
  std::vector<std::string> hints;
  for (const nlohmann::json& call : noted(folder, "orm.jsonl")) {
    hints.push_back(call[2].contains("instance") ? call[2]["instance"].get<std::string>() : "");
  }
  CHECK(hints == std::vector<std::string>{"", "Book@replica", "Book@replica", "Book@replica", "",
                                          "Book@default", "Person@replica", "Person@None"});
}

TEST_CASE("writes to a database that is taken for a replica are told of, with what to do") {
  const ScratchFolder folder;
  fill(folder);
  const auto report = compare(folder, {});
  CHECK(report["candidates"][1]["failed"] > 0);
  CHECK(tells(report, "writes were sent to 'users', a replica, which refuses them"));
  CHECK(tells(report, "--primaries users"));
  RunningCommand unknown(folder, {"compare", "--trace", "orm.jsonl", "--primaries", "nobody"});
  const CommandResult refused = unknown.wait();
  CHECK(refused.exit_code == 2);
  CHECK(contains(refused.err, "--primaries nobody: there is no database of that name"));
}

}  // namespace switchyard::testing
