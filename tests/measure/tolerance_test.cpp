// Rules of tolerance: how they read, which of them counts, and where their limits lie.
#include "measure/tolerance.h"

#include "catch.h"
#include "measure/glob.h"

namespace switchyard {
namespace {

using Kind = ToleranceRule::Kind;

bool within(const std::string& rule, double old_value, double new_value) {
  const ToleranceRule parsed = parse_tolerance("x=" + rule);
  return is_within(&parsed, old_value, new_value);
}

std::string message_of(const std::string& toml) {
  try {
    parse_tolerances(toml, "t.toml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string option_message(const std::string& text) {
  try {
    parse_tolerance(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

Figure figure(std::string path, FigureUnit unit = FigureUnit::kNumber) {
  return {std::move(path), 1, unit, BetterWhen::kUnknown};
}

std::string check_message(const std::string& rule, const std::vector<Figure>& figures) {
  const std::vector<ToleranceRule> rules = {parse_tolerance(rule)};
  try {
    check_rules(rules, figures);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("A * in a pattern stands for any text, also none and with dots") {
  CHECK(matches_glob("a.b", "a.b"));
  CHECK_FALSE(matches_glob("a.b", "a.bc"));
  CHECK_FALSE(matches_glob("a.b", "xa.b"));
  CHECK(matches_glob("*", ""));
  CHECK(matches_glob("*", "nodes.default.reads"));
  CHECK(matches_glob("nodes.*.reads", "nodes.eu.west.reads"));
  CHECK_FALSE(matches_glob("nodes.*.reads", "nodes.reads"));
  CHECK(matches_glob("latency_ns.p99*", "latency_ns.p99"));
  CHECK(matches_glob("latency_ns.p99*", "latency_ns.p999"));
  CHECK_FALSE(matches_glob("latency_ns.*", "read_latency_ns.p99"));
  // The first place for what follows a * need not be the right one.
  CHECK(matches_glob("*ab", "aabab"));
  CHECK(matches_glob("a*b*c", "axbybzc"));
  CHECK_FALSE(matches_glob("a*b*c", "axbybz"));
  CHECK(matches_glob("**", "x"));
  CHECK_FALSE(matches_glob("", "x"));
}

TEST_CASE("An amount is a percentage, a number or a duration") {
  const ToleranceRule percent = parse_tolerance("latency_ns.p99=5%");
  CHECK(percent.pattern == "latency_ns.p99");
  CHECK(percent.kind == Kind::kRelative);
  CHECK(percent.amount == 5);
  const ToleranceRule number = parse_tolerance("staleness.*=12");
  CHECK(number.kind == Kind::kAbsolute);
  CHECK(number.amount == 12);
  const ToleranceRule duration = parse_tolerance("wait_ns.mean=1.5ms");
  CHECK(duration.kind == Kind::kDuration);
  CHECK(duration.amount == 1'500'000);
  CHECK(parse_tolerance("x=0").amount == 0);
  // A database may be named so.
  CHECK(parse_tolerance("nodes.a=b.reads=3").pattern == "nodes.a=b.reads");
}

TEST_CASE("A change of exactly the tolerance is within it, and the next larger one is not") {
  CHECK(within("5%", 100, 105));
  CHECK(within("5%", 100, 95));
  CHECK_FALSE(within("5%", 100, 106));
  CHECK_FALSE(within("5%", 100, 94));
  // 29 % and 7 % of 100 are no binary fractions.
  CHECK(within("29%", 100, 129));
  CHECK(within("7%", 100, 107));
  CHECK_FALSE(within("29%", 100'000'000, 129'000'001));
  CHECK(within("12", 100, 112));
  CHECK_FALSE(within("12", 100, 113));
  CHECK(within("1ms", 5'000'000, 4'000'000));
  CHECK_FALSE(within("1ms", 5'000'000, 3'999'999));
  // 0.55 - 0.5 and 0.3 - 0.2 are off by their rounding.
  CHECK(within("10%", 0.5, 0.55));
  CHECK(within("0.1", 0.2, 0.3));
  CHECK_FALSE(within("0.1", 0.2, 0.3001));
  // A day in nanoseconds is told apart from one more.
  CHECK_FALSE(within("1", 86'400'000'000'000, 86'400'000'000'002));
}

TEST_CASE("Without a tolerance, with one of 0 and with a percentage of 0, no change is within") {
  CHECK(is_within(nullptr, 7, 7));
  CHECK_FALSE(is_within(nullptr, 0.1 + 0.2, 0.3));  // two doubles next to each other
  CHECK_FALSE(within("0", 7, 8));
  CHECK(within("0", 7, 7));
  CHECK_FALSE(within("0%", 7, 8));
  CHECK_FALSE(within("50%", 0, 1));
  CHECK(within("50%", 0, 0));
  // Of a negative value too, a percentage is of its size.
  CHECK(within("50%", -10, -15));
}

TEST_CASE("The last rule that matches counts, and a file's rules keep the order of its lines") {
  std::vector<ToleranceRule> rules = parse_tolerances(
      "[tolerances]\n"
      "\"z*\" = \"1%\"\n"
      "\"*\" = 3\n"
      "\"latency_ns.*\" = \"2ms\"\n"
      "\"a\" = 0.5\n",
      "t.toml");
  REQUIRE(rules.size() == 4);
  CHECK(rules[0].pattern == "z*");
  CHECK(rules[1].pattern == "*");
  CHECK(rules[1].kind == Kind::kAbsolute);
  CHECK(rules[1].amount == 3);
  CHECK(rules[3].amount == 0.5);
  CHECK(find_rule(rules, "zebra") == &rules[1]);
  CHECK(find_rule(rules, "latency_ns.p99") == &rules[2]);
  rules.push_back(parse_tolerance("latency_ns.p99=7%"));
  CHECK(find_rule(rules, "latency_ns.p99")->amount == 7);
  CHECK(find_rule(rules, "latency_ns.p50") == &rules[2]);
  rules.erase(rules.begin() + 1);
  CHECK(find_rule(rules, "nodes.default.reads") == nullptr);
}

TEST_CASE("What is allowed is a percentage of the old value or the amount itself") {
  const ToleranceRule percent = parse_tolerance("x=5%");
  CHECK(allowed_change(&percent, 200) == 10);
  CHECK(allowed_change(&percent, -200) == 10);
  const ToleranceRule duration = parse_tolerance("x=2us");
  CHECK(allowed_change(&duration, 200) == 2000);
  CHECK(allowed_change(nullptr, 200) == 0);
}

TEST_CASE("A tolerance on the command line that can't be read is refused with what it should be") {
  for (const char* text : {"latency_ns.p99", "=5%", ""}) {
    INFO(text);
    CHECK(contains(option_message(text), "expected METRIC=AMOUNT"));
  }
  for (const char* text :
       {"x=", "x=five", "x=5 %", "x=-1", "x=-1%", "x=inf", "x=nan%", "x=1x", "x=-1ms", "x=5%%"}) {
    INFO(text);
    CHECK(contains(option_message(text), "a percentage such as 5%"));
    CHECK(option_message(text).starts_with(std::string("--tolerance ") + text + ": "));
  }
}

TEST_CASE("A file of tolerances that can't be read is refused at its line and column") {
  CHECK(message_of("[tolerances]\n\"a\" = \"1%\"\n\"b\" = \"1x\"\n").starts_with("t.toml:3:7: "));
  CHECK(contains(message_of("[tolerances]\n\"a\" = true\n"), "t.toml:2:7: "));
  CHECK(contains(message_of("[tolerances]\nlatency_ns.p99 = \"1%\"\n"), "in quotes"));
  CHECK(contains(message_of("[tolerance]\n\"a\" = 1\n"),
                 "t.toml:1:2: unknown key 'tolerance'; did you mean 'tolerances'?"));
  CHECK(contains(message_of(""), "add [tolerances]"));
  CHECK(message_of("[tolerances]\n\"a\" = = 1\n").starts_with("t.toml:2:"));
  CHECK(contains(message_of("tolerances = 5\n"), "t.toml:1:14: tolerances must be a table"));
}

TEST_CASE("A rule that matches no figure is refused, and the nearest name is offered") {
  const std::vector<Figure> figures = {figure("latency_ns.p99", FigureUnit::kTime),
                                       figure("retries")};
  CHECK(check_message("latency_ns.*=1%", figures).empty());
  CHECK(contains(check_message("retires=1", figures), "did you mean 'retries'?"));
  CHECK(contains(check_message("nodes.*=1", figures), "'nodes.*' matches no figure"));
}

TEST_CASE("A duration is refused for what is no time, though other figures of the pattern are") {
  const std::vector<Figure> figures = {figure("latency_ns.p99", FigureUnit::kTime),
                                       figure("retries")};
  CHECK(check_message("latency*=1ms", figures).empty());
  CHECK(contains(check_message("*=1ms", figures), "retries, which is no time"));
}

}  // namespace switchyard
