// What all strategies have in common, bounds, and the catalogue with its presets.
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include "core/error.h"
#include "routers/presets.h"
#include "routers/rig.h"

namespace switchyard::testing {

TEST_CASE("without any replica, reads go to the primaries and say why") {
  const auto nodes = nodes_named({{"default", Role::kPrimary}, {"other", Role::kPrimary}});
  for (const char* name : {"round_robin", "random_replica", "least_outstanding", "d_choices"}) {
    INFO(name);
    Outstanding outstanding(2);
    const auto router = make(name, nodes);
    CHECK(read(*router, {.outstanding = &outstanding}).reason == Reason::kNoReplica);
  }
}

TEST_CASE("writes go to default if it is a primary, else to the first primary") {
  const auto nodes = nodes_named(
      {{"default", Role::kReplica}, {"replica", Role::kReplica}, {"main", Role::kPrimary}});
  for (const char* name :
       {"round_robin", "random_replica", "least_outstanding", "d_choices", "primary_only"}) {
    INFO(name);
    CHECK(choose(*make(name, nodes), RequestClass::kWrite) == 2);
    CHECK(choose(*make(name, primary_and(3)), RequestClass::kWrite) == 0);
  }
}

TEST_CASE("primary_only sends everything to the primary") {
  const auto router = make("primary_only", primary_and(3));
  CHECK(choose(*router, RequestClass::kRead) == 0);
  CHECK(choose(*router, RequestClass::kWrite) == 0);
}

TEST_CASE("the oracle takes the earliest response, the first in order among equals") {
  class Fixed : public Truth {
   public:
    Nanoseconds response_if_sent(NodeId node, RequestClass) const override {
      return responses[index(node)];
    }
    bool is_fresh(NodeId node) const override { return fresh[index(node)]; }
    std::vector<Nanoseconds> responses = {30, 20, 10, 10};
    std::vector<bool> fresh = {true, true, true, true};
  };
  Fixed truth;
  const auto router = make("oracle", primary_and(3));
  CHECK(choose(*router, RequestClass::kRead, {nullptr, &truth}) == 2);
  // Of those where the read misses nothing, unless there are none or it does not matter.
  truth.fresh = {true, true, false, false};
  CHECK(choose(*router, RequestClass::kRead, {nullptr, &truth}) == 1);
  CHECK(choose(*make("oracle", primary_and(3), {{"freshness", "false"}}), RequestClass::kRead,
               {nullptr, &truth}) == 2);
  truth.fresh = {false, false, false, false};
  CHECK(choose(*router, RequestClass::kRead, {nullptr, &truth}) == 2);
  // A write, which replicas would refuse.
  truth.responses = {30, kNever, kNever, kNever};
  CHECK(choose(*router, RequestClass::kWrite, {nullptr, &truth}) == 0);
  // Nobody can answer: `default` is as good as any.
  truth.responses = {kNever, kNever, kNever, kNever};
  CHECK(choose(*router, RequestClass::kRead, {nullptr, &truth}) == 0);
}

TEST_CASE("the comment that opens a strategy's file names its parameters and their defaults") {
  // Those that every strategy has are told of once, where they are declared.
  const std::set<std::string_view> common = {"include_primary", "fallback", "health_checks", "pin"};
  const auto without_spaces = [](std::string text) {
    std::erase(text, ' ');
    return text;
  };
  std::vector<const StrategyInfo*> all(catalogue().begin(), catalogue().end());
  all.insert(all.end(), guards().begin(), guards().end());
  for (const StrategyInfo* info : all) {
    INFO(info->name);
    std::ifstream file(SWITCHYARD_SOURCE_DIR "/sim/routers/" + std::string(info->name) + ".cpp");
    REQUIRE(file);
    std::string comment;
    for (std::string line; std::getline(file, line) && line.starts_with("//");) {
      comment += line.substr(2);
    }
    comment = without_spaces(comment);
    for (const char* part : {"Shipsin:", "Parameters:", "Knownfailure:", "Source:"}) {
      CHECK(comment.find(part) != std::string::npos);
    }
    for (const ParameterInfo& parameter : info->parameters) {
      if (common.contains(parameter.name)) continue;
      const std::string told =
          std::string(parameter.name) + "(" + without_spaces(std::string(parameter.default_value));
      INFO(told);
      CHECK(comment.find(told) != std::string::npos);
    }
  }
}

TEST_CASE("the comment that opens a strategy's file tells its idea in two sentences") {
  for (const auto& list : {catalogue(), guards()}) {
    for (const StrategyInfo* info : list) {
      INFO(info->name);
      std::ifstream file(SWITCHYARD_SOURCE_DIR "/sim/routers/" + std::string(info->name) + ".cpp");
      REQUIRE(file);
      std::string idea;
      for (std::string line; std::getline(file, line) && line.starts_with("// ");) {
        idea += line.substr(2);
      }
      REQUIRE(idea.ends_with('.'));
      int sentences = 1;
      for (std::size_t at = 0; (at = idea.find(". ", at)) != std::string::npos; ++at) ++sentences;
      CHECK(sentences == 2);
    }
  }
}

TEST_CASE("every strategy that has a file is in the catalogue") {
  std::set<std::string> listed;
  for (const auto& list : {catalogue(), guards()}) {
    for (const StrategyInfo* info : list) listed.insert(std::string(info->name));
  }
  std::set<std::string> found;
  for (const auto& entry :
       std::filesystem::directory_iterator(SWITCHYARD_SOURCE_DIR "/sim/routers")) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("extern const StrategyInfo")) found.insert(entry.path().stem().string());
    }
  }
  CHECK(found == listed);
}

TEST_CASE("every strategy of the catalogue says what it does and where it comes from") {
  std::set<std::string_view> names;
  for (const StrategyInfo* info : catalogue()) {
    INFO(info->name);
    CHECK(names.insert(info->name).second);
    CHECK_FALSE(info->summary.empty());
    CHECK_FALSE(info->rule.empty());
    CHECK_FALSE(info->systems.empty());
    CHECK_FALSE(info->failure_modes.empty());
    CHECK_FALSE(info->source.empty());
    // Every default must itself be allowed.
    for (const ParameterInfo& parameter : info->parameters) {
      CHECK_NOTHROW(
          Parameters(info->name, info->parameters,
                     {{std::string(parameter.name), std::string(parameter.default_value)}}));
    }
  }
}

TEST_CASE("every preset is a strategy or guard with parameters that it has") {
  std::set<std::string_view> names;
  for (const StrategyInfo* info : catalogue()) names.insert(info->name);
  for (const StrategyInfo* info : guards()) names.insert(info->name);
  auto nodes = weighted({1, 2});
  nodes.front().name = "master";
  for (const Preset& preset : presets()) {
    INFO(preset.name);
    CHECK(names.insert(preset.name).second);
    // What has no product's name says what it is.
    CHECK((preset.name.find('.') == std::string_view::npos) == !preset.summary.empty());
    const bool is_guard = std::ranges::any_of(
        guards(), [&](const StrategyInfo* info) { return info->name == preset.strategy; });
    const StrategyInfo& info = is_guard ? find_guard(preset.name) : find_strategy(preset.name);
    CHECK(info.name == preset.strategy);
    const Parameters parameters = parameters_of(preset.name, info, {});
    CHECK(parameters.strategy() == preset.name);
    const ParameterTexts own = parse_parameters(preset.parameters).value();
    for (const auto& [key, value] : own) {
      CHECK(parameters.text(key) == value);
    }
    if (!is_guard) CHECK_NOTHROW(make(std::string(preset.name), nodes));
  }
  const StrategyInfo& info = find_guard("rails.database_selector");
  CHECK(parameters_of("rails.database_selector", info, {{"duration", "3s"}}).duration("duration") ==
        3 * kSecond);
  CHECK_THROWS_AS(find_strategy("maxscale.least_curent_operations"), InputError);
}

TEST_CASE("no strategy but the oracle sees what only the model knows") {
  auto nodes = weighted({1, 2});
  nodes.front().name = "master";
  const auto sees_truth = [&](std::string_view name) {
    return make(std::string(name), nodes)->wants().truth;
  };
  for (const StrategyInfo* info : catalogue()) {
    if (info->runs_user_code) continue;
    INFO(info->name);
    CHECK(sees_truth(info->name) == (info->name == "oracle"));
  }
  for (const StrategyInfo* info : guards()) {
    INFO(info->name);
    const auto guard = info->make({nodes, NodeId{2}, RandomStream(kSeed, RandomPurpose::kRouter),
                                   nullptr, make("round_robin", nodes)},
                                  parameters_of(info->name, *info, {}));
    CHECK_FALSE(guard->wants().truth);
  }
}

TEST_CASE("RestAuth's routers come first among the presets") {
  std::vector<std::string_view> names;
  for (const Preset& preset : restauth_presets()) names.push_back(preset.name);
  CHECK(names == std::vector<std::string_view>{"MasterSlave", "MasterSlaveAsShipped",
                                               "MultipleMasterSlave"});
  CHECK(presets().data() == restauth_presets().data());
}

}  // namespace switchyard::testing
