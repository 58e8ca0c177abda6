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
