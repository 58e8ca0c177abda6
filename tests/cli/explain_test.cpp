// switchyard explain, as a user runs it.
#include "catch.h"
#include "cli/run_command.h"

namespace switchyard {
namespace {

CommandResult explain(const Arguments& more) {
  Arguments arguments = {"explain", "--trace", kRecording, "--router", "round_robin", "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_command(ScratchFolder(), arguments);
}

}  // namespace

TEST_CASE("explain tells the nodes' state, the decision, its reason and what others would do") {
  const CommandResult result = explain(
      {"--router", "primary_only", "--candidate", "round_robin", "--at", "1s", "--decisions", "2"});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, "in service"));
  CHECK(contains(result.out, "round_robin: "));
  CHECK(contains(result.out, "others there: default ('primary_only')"));
}

TEST_CASE("explain goes to a request by its number") {
  const CommandResult result = explain({"--request", "4711", "--decisions", "1"});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, ": request 4711, "));
  CHECK_FALSE(contains(result.out, "request 4712"));
}

TEST_CASE("explain writes how slow each node was when") {
  const CommandResult heat = explain({"--heat", "-"});
  CHECK(heat.exit_code == 0);
  CHECK(heat.out.starts_with("node,from_ns,answered,p50_ns,p99_ns\ndefault,0,"));
}

TEST_CASE("explain refuses what it can't do, in a line") {
  const auto refused = [&](const Arguments& more, const std::string& reason) {
    const CommandResult result = explain(more);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, reason));
    CHECK(lines_of(result.err).size() == 1);
    CHECK(result.out.empty());
  };
  refused({}, "either --at TIME, --request NUMBER or --heat FILE");
  refused({"--at", "1s", "--heat", "-"}, "either --at TIME, --request NUMBER or --heat FILE");
  refused({"--at", "1s", "--request", "2"}, "either --at TIME, --request NUMBER or --heat FILE");
  refused({"--request", "20208"}, "there is no request 20208: those that are replayed are 0 to");
  // Of no use where nothing is measured.
  refused({"--at", "1s", "--warmup", "1s"}, "--warmup");
  refused({"--at", "1s", "--replications", "2"}, "--replications");
  refused({"--at", "1"}, "--at must be a duration with a unit, found '1'");
  refused({"--at", "1s", "--candidate", "x"}, "expected one of 'round_robin', found 'x'");
}

}  // namespace switchyard
