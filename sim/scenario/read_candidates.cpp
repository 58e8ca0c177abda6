#include "scenario/read_candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "core/error.h"
#include "routers/catalogue.h"

namespace switchyard {
namespace {

void check(const RouterUse& use, FindStrategy find, const toml::node& node,
           const TableReader& reader) {
  try {
    parameters_of(use.name, find(use.name), use.parameters);
  } catch (const InputError& error) {
    reader.fail(node, error.what());
  }
}

// Checks the use, and has its paths lead on from where the scenario is.
void resolve_files(RouterUse& use, FindStrategy find, const toml::node& node,
                   const TableReader& reader) {
  check(use, find, node, reader);
  for (auto& [name, value] : use.parameters) {
    if (is_file(find(use.name), name)) value = resolve_path(value, reader.file());
  }
  if (is_library(use.name)) use.name = library_name(resolve_path(use.name, reader.file()));
}

// `what`: "router" or "guard".
RouterUse read_use(const toml::node& node, const TableReader& parent, FindStrategy find,
                   std::string_view what) {
  RouterUse use;
  if (const auto name = node.value_exact<std::string>()) {
    use.name = *name;
    resolve_files(use, find, node, parent);
    return use;
  }
  const toml::table* table = node.as_table();
  if (table == nullptr || !table->contains("use")) {
    parent.fail(node, fmt::format("a {} is a name or a table {{ use = \"NAME\", … }}", what));
  }
  for (const auto& [key, value] : in_file_order(*table)) {
    if (!value->is_value()) {
      parent.fail(*value, fmt::format("parameter '{}' must be a text, number or true/false", key));
    }
    if (key == "use") {
      use.name = parameter_text(*value);
    } else {
      use.parameters.emplace_back(key, parameter_text(*value));
    }
  }
  resolve_files(use, find, node, parent);
  return use;
}

// Whether it is one of the parameters that the router or guard takes.
bool takes(const RouterUse& use, const StrategyInfo& info, std::string_view parameter) {
  return parameters_of(use.name, info, use.parameters).has(parameter);
}

std::uint32_t checked_instances(const toml::node& value, const TableReader& reader) {
  const auto count = value.value_exact<std::int64_t>();
  if (!count || *count < 1 || *count > kMaxInstances) {
    reader.fail(value, fmt::format("instances must be whole numbers from 1 to {}", kMaxInstances));
  }
  return static_cast<std::uint32_t>(*count);
}

// The candidate once for each value of the swept parameter, which its first guard or router that
// has it takes; of several parameters every combination.
std::vector<Candidate> swept(const Candidate& candidate, TableReader& sweep) {
  std::vector<Candidate> all = {candidate};
  for (const auto& [toml_key, values] : sweep.raw()) {
    const std::string_view key = toml_key.str();
    sweep.find(key);
    const bool of_instances = key == "instances";
    if (!values.is_array() || values.as_array()->empty()) {
      sweep.fail(values, fmt::format("sweep.{} must be a list of values", key));
    }
    std::vector<Candidate> more;
    for (const Candidate& base : all) {
      for (const toml::node& value : *values.as_array()) {
        Candidate next = base;
        const std::string text = parameter_text(value);
        const std::string setting = fmt::format("{}={}", key, text);
        next.name += " " + setting;
        next.swept += (next.swept.empty() ? "" : " ") + setting;
        if (of_instances) {
          next.instances = checked_instances(value, sweep);
          more.push_back(std::move(next));
          continue;
        }
        const ParameterTaker taker = taker_of(next, key);
        if (taker.use == nullptr) {
          sweep.fail(values,
                     fmt::format("neither a guard nor a router of '{}' has a parameter '{}'",
                                 candidate.name, key));
        }
        taker.use->parameters.emplace_back(std::string(key), text);
        check(*taker.use, taker.find, value, sweep);
        if (is_file(taker.find(taker.use->name), key)) {
          taker.use->parameters.back().second = resolve_path(text, sweep.file());
        }
        more.push_back(std::move(next));
      }
    }
    all = std::move(more);
  }
  return all;
}

}  // namespace

std::string parameter_text(const toml::node& value) {
  if (const auto plain = value.value_exact<std::string>()) return *plain;
  if (const auto whole = value.value_exact<std::int64_t>()) return std::to_string(*whole);
  std::ostringstream text;
  value.visit([&](const auto& inner) {
    if constexpr (toml::is_value<decltype(inner)>) text << inner;
  });
  return text.str();
}

std::string library_name(std::string path) {
  return path.find('/') == std::string::npos ? "./" + path : path;
}

std::string default_name(const Candidate& candidate) {
  std::string name;
  for (const std::vector<RouterUse>* uses : {&candidate.routers, &candidate.guards}) {
    for (const RouterUse& use : *uses) name += (name.empty() ? "" : " + ") + display_name(use.name);
  }
  return name.empty() ? "no router" : name;
}

ParameterTaker taker_of(Candidate& candidate, std::string_view parameter) {
  for (RouterUse& guard : candidate.guards) {
    if (takes(guard, find_guard(guard.name), parameter)) return {&guard, find_guard};
  }
  for (RouterUse& router : candidate.routers) {
    if (takes(router, find_strategy(router.name), parameter)) return {&router, find_strategy};
  }
  // Whoever may know more parameters will say whether this is one.
  for (RouterUse& router : candidate.routers) {
    if (find_strategy(router.name).takes_more) return {&router, find_strategy};
  }
  return {};
}

std::vector<Candidate> read_candidates(TableReader reader) {
  Candidate candidate;
  const toml::node* routers = reader.find("routers");
  if (routers == nullptr) reader.fail_missing("routers", "a list as in Django's DATABASE_ROUTERS");
  if (!routers->is_array()) {
    reader.fail(*routers, "routers must be a list, also for one: routers = [\"MasterSlave\"]");
  }
  for (const toml::node& node : *routers->as_array()) {
    candidate.routers.push_back(read_use(node, reader, find_strategy, "router"));
  }
  if (const toml::node* guards = reader.find("guards")) {
    if (!guards->is_array()) {
      reader.fail(*guards, "guards must be a list, also for one: guards = [\"sticky_primary\"]");
    }
    for (const toml::node& node : *guards->as_array()) {
      candidate.guards.push_back(read_use(node, reader, find_guard, "guard"));
      if (candidate.routers.empty()) reader.fail(node, "a guard needs a router to stand before");
    }
  }
  if (const toml::node* instances = reader.find("instances")) {
    candidate.instances = checked_instances(*instances, reader);
  }
  candidate.name = reader.text("name", default_name(candidate));
  std::vector<Candidate> candidates = {candidate};
  if (auto sweep = reader.table("sweep")) candidates = swept(candidate, *sweep);
  reader.finish();
  return candidates;
}

}  // namespace switchyard
