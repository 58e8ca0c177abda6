// All that the command does with Django routers in a scenario, beside comparing them.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/run_command.h"
#include "django/rig.h"

namespace switchyard::testing {
namespace {

using Json = nlohmann::ordered_json;

// A primary and two replicas that lag; RestAuth's router as it is, and ours.
class Workplace {
 public:
  explicit Workplace(const std::string& more = "") {
    write_routers("default");
    folder_.write("s.py", databases_text({"default", "replica-1", "replica-2"}) +
                              "DATABASE_ROUTERS = ['r.Spare']\n");
    folder_.write("a.toml", R"toml(
[workload]
loop = "open"
[workload.synthetic]
requests = 2_000
arrivals = { law = "poisson", rate = 500.0 }
sessions = 40
read_share = 0.7
read_service = { law = "exponential", mean = "5ms" }
write_service = { law = "exponential", mean = "5ms" }
keys = { law = "zipf", count = 50, exponent = 0.99 }
[databases.default]
workers = 8
[databases.replica-1]
workers = 8
[databases.replica-2]
workers = 8
[replication]
delay = "20ms"
)toml" + more + "[[candidates]]\nname = \"python\"\nrouters = [{ use = \"django\", settings = \"" +
                                kBundledSettings +
                                "\" }]\n"
                                "[[candidates]]\nname = \"ours\"\nrouters = [\"MasterSlave\"]\n"
                                "[[candidates]]\nname = \"spare\"\n"
                                "routers = [{ use = \"django\", settings = \"s.py\" }]\n");
  }

  // Reads go to `reads`; writes to the primary, and to replica-1 while that is down.
  void write_routers(const std::string& reads) const {
    folder_.write("r.py",
                  "from django.db import connections\nclass Spare:\n"
                  "    def db_for_read(self, model, **hints):\n        return '" +
                      reads +
                      "'\n"
                      "    def db_for_write(self, model, **hints):\n"
                      "        usable = connections['default'].is_usable()\n"
                      "        return 'default' if usable else 'replica-1'\n");
  }

  const ScratchFolder& folder() const { return folder_; }
  CommandResult run(const Arguments& arguments) const {
    CommandResult result = run_command(folder_, arguments);
    INFO(result.err);
    CHECK(result.exit_code <= 1);
    return result;
  }
  Json json(const std::string& name) const { return Json::parse(folder_.read(name)); }

 private:
  ScratchFolder folder_;
};

}  // namespace

TEST_CASE("explain tells what a Django router decides, and what it would have where others run") {
  const Workplace work;
  const CommandResult of_python = work.run(
      {"explain", "a.toml", "--candidate", "python", "--at", "1s", "--decisions", "5", "--quiet"});
  CHECK(contains(of_python.out, "  python: "));
  CHECK(contains(of_python.out, "(its own rule among the eligible nodes)"));
  const CommandResult of_ours = work.run(
      {"explain", "a.toml", "--candidate", "ours", "--at", "1s", "--decisions", "5", "--quiet"});
  const CommandResult of_spare = work.run(
      {"explain", "a.toml", "--candidate", "spare", "--at", "1s", "--decisions", "5", "--quiet"});
  const auto lines_with = [](const std::string& text, const char* part) {
    return std::ranges::count_if(lines_of(text),
                                 [&](const std::string& line) { return contains(line, part); });
  };
  CHECK(lines_with(of_python.out, "'ours'") == 5);
  CHECK(lines_with(of_spare.out, "'python'") == 5);
  // Also beside one that goes without what they are told of objects.
  CHECK(lines_with(of_ours.out, "'python'") == 5);
  CHECK(lines_with(of_ours.out, "'spare'") == 5);
}

TEST_CASE("evidence of a Django router's stale reads is that of the same router in C++") {
  const Workplace work;
  work.run({"compare", "a.toml", "--evidence", "evidence.json", "--quiet"});
  Json evidence = work.json("evidence.json");
  Json& candidates = evidence["candidates"];
  REQUIRE(candidates.size() == 3);
  CHECK(!candidates[0]["evidence"].empty());
  CHECK(candidates[0]["evidence"] == candidates[1]["evidence"]);
}

TEST_CASE("Django routers notice a fault, and find the primary that takes over") {
  const Workplace work(R"toml(
[run]
timeout = "1s"
[[faults]]
kind = "down"
node = "default"
at = "1s"
[failover]
detect_after = "100ms"
promote_after = "200ms"
)toml");
  work.run({"compare", "a.toml", "--json", "report.json", "--quiet"});
  const Json report = work.json("report.json");
  const auto writes_on = [&](std::size_t candidate, std::size_t node) {
    return report["candidates"][candidate]["nodes"][node]["writes"].get<int>();
  };
  CHECK(writes_on(0, 1) == 0);
  CHECK(writes_on(2, 1) > 100);
}

TEST_CASE("reports of Django routers that are the same agree, and those that differ don't") {
  const Workplace work;
  work.run({"compare", "a.toml", "--json", "base.json", "--quiet"});
  work.run({"compare", "a.toml", "--json", "again.json", "--quiet"});
  CHECK(work.run({"diff", "base.json", "again.json"}).exit_code == 0);
  work.write_routers("replica-2");
  work.run({"compare", "a.toml", "--json", "other.json", "--quiet"});
  const CommandResult changed = work.run({"diff", "base.json", "other.json"});
  CHECK(changed.exit_code == 1);
  CHECK(contains(changed.out, "spare: "));
  // Of the others there is nothing to tell.
  for (const std::string& line : lines_of(changed.out)) {
    if (contains(line, "python") || contains(line, "ours")) CHECK(line.ends_with(" identical"));
  }
}

}  // namespace switchyard::testing
