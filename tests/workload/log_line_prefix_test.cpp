#include "workload/readers/log_line_prefix.h"

#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "core/error.h"

namespace switchyard {
namespace {

TEST_CASE("Lines are matched by the escapes of PostgreSQL's setting") {
  struct Case {
    const char* setting;
    const char* line;
    const char* session;
    const char* process;
  };
  for (const Case& c :
       {Case{"%m [%p] ", "2026-11-22 20:50:39.922 UTC [77] LOG:  hello: x", "", "77"},
        {"%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
         "2026-11-22 20:50:39 UTC [77]: [3-1] user=u,db=d,app=my, app=x,client=127.0.0.1 LOG:  "
         "hello: x",
         "", "77"},
        {"%t:%r:%u@%d:[%p]:", "2026-11-22 20:50:39 UTC:10.0.0.1(123):u@d:[77]:LOG:  hello: x", "",
         "77"},
        {"%m|%u|%d|%c|", "2026-11-22 20:50:39.922 UTC|u|d|6b035523.4ab|LOG:  hello: x",
         "6b035523.4ab", ""},
        {"%n %c %e v=%v x=%x Q=%Q ", "1795380639.922 6b.4 00000 v=2/54 x=0 Q=-12 LOG:  hello: x",
         "6b.4", ""},
        {"%m %-10u|%5p ", "2026-11-22 20:50:39.922 UTC bob       |   77 LOG:  hello: x", "", "77"},
        {"100%% %m %q%u ", "100% 2026-11-22 20:50:39.922 UTC LOG:  hello: x", "", ""},
        {"", "LOG:  hello: x", "", ""}}) {
    CAPTURE(c.setting, c.line);
    const LogLinePrefix prefix(c.setting);
    const auto match = prefix.match(c.line);
    REQUIRE(match);
    CHECK(match->severity == "LOG");
    CHECK(match->message == "hello: x");
    CHECK(match->session == c.session);
    CHECK(match->process == c.process);
    // date -u -d '2026-11-22 20:50:39' +%s
    if (prefix.has_time()) CHECK(match->stamp->unix_ns / kSecond == 1'795'380'639);
  }
}

TEST_CASE("A line that does not begin so is not matched") {
  const LogLinePrefix prefix("%m [%p] ");
  for (const char* line :
       {"", "hello", "2026-11-22 20:50:39.922 UTC [77] hello", "\tLOG:  x",
        "2026-11-22 20:50:39.922 UTC [x] LOG:  y",
        "2026-11-22 20:50:39.922 UTC [77] LOG: one blank", "2026-11-22 20:50:39.922 UTC [77]"}) {
    CAPTURE(line);
    CHECK_FALSE(prefix.match(line));
  }
}

TEST_CASE("An escape that PostgreSQL does not know is an error") {
  CHECK_THROWS_AS(LogLinePrefix("%m %y "), InputError);
  CHECK_THROWS_AS(LogLinePrefix("%-"), InputError);
}

TEST_CASE("A hostile line is given up, not searched for ever") {
  const LogLinePrefix prefix("%u %u %u %u %u %u %u %u [%p] ");
  CHECK_FALSE(prefix.match(std::string(100'000, ' ')));
}

TEST_CASE("The prefix that tells most is taken among those that fit") {
  const auto guess = [](const std::vector<std::string_view>& lines) {
    const auto prefix = guess_log_line_prefix(lines);
    return prefix ? prefix->setting() : std::string("(none)");
  };
  CHECK(guess({"2026-11-22 20:50:39.922 UTC [77] LOG:  a"}) == "%m [%p] ");
  CHECK(guess({"2026-11-22 20:50:39.922 UTC [77] LOG:  a",
               "2026-11-22 20:50:39.922 UTC [78] u@d LOG:  b"}) == "%m [%p] %q%u@%d ");
  CHECK(guess({"2026-11-22 20:50:39.922 UTC|u|d|6b.4|LOG:  a", "junk"}) == "%m|%u|%d|%c|");
  CHECK(guess({"junk", ""}) == "(none)");
  CHECK(guess({}) == "(none)");
}

}  // namespace
}  // namespace switchyard
