// Options that say of a recording what it does not say itself.
#include "catch.h"
#include "cli/run_command.h"

namespace switchyard {
namespace {

TEST_CASE("Scripts of pgbench are told to read or write one by one") {
  const ScratchFolder folder;
  folder.write("pgbench.log",
               "0 1 100 0 1700000010 100000\n"
               "0 2 100 1 1700000010 200000\n"
               "0 3 100 2 1700000010 300000\n");
  const CommandResult result = run_command(
      folder, {"inspect", "pgbench.log", "--pgbench-script", "0=r", "--pgbench-script", "2=r"});
  INFO("stderr: " << result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, "reads          2 "));
  for (const char* wrong : {"0", "0=x", "=r", "128=r", "a=r", "0=rw"}) {
    CAPTURE(wrong);
    const CommandResult refused =
        run_command(folder, {"inspect", "pgbench.log", "--pgbench-script", wrong});
    CHECK(refused.exit_code == 2);
    CHECK(contains(refused.err, "--pgbench-script"));
  }
}

TEST_CASE("Columns, the share of reads and sessions can be told on the command line") {
  const ScratchFolder folder;
  folder.write("cache.txt", "1|a\n2|b\n3|a\n");
  const std::vector<std::string> arguments = {"inspect",    "cache.txt",
                                              "--format",   "libcachesim",
                                              "--columns",  "time-col=1,obj-id-col=2,delimiter=|",
                                              "--sessions", "2"};
  std::vector<std::string> with_share = arguments;
  with_share.insert(with_share.end(), {"--read-share", "1"});
  const CommandResult result = run_command(folder, with_share);
  INFO("stderr: " << result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, "sessions       2\n"));
  CHECK(contains(result.out, "reads          3 (100.0%)"));
  const CommandResult without = run_command(folder, arguments);
  CHECK(without.exit_code == 2);
  CHECK(contains(without.err, "--read-share"));
  with_share.back() = "1.5";
  CHECK(run_command(folder, with_share).exit_code == 2);
}

}  // namespace
}  // namespace switchyard
