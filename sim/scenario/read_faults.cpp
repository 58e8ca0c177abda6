#include "scenario/read_faults.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "scenario/vocabulary.h"

namespace switchyard {
namespace {

std::vector<NodeId> read_fault_nodes(TableReader& reader, const ClusterSpec& cluster) {
  const toml::node* one = reader.find("node");
  const toml::node* several = reader.find("nodes");
  if ((one == nullptr) == (several == nullptr)) {
    reader.fail(reader.raw(), "a fault needs either node = \"NAME\" or nodes = [\"NAME\", …]");
  }
  std::vector<std::string_view> names;
  for (const NodeSpec& node : cluster.nodes) names.push_back(node.name);
  std::vector<NodeId> nodes;
  const auto add = [&](const toml::node& node) {
    const auto name = node.value_exact<std::string>();
    if (!name) reader.fail(node, "a fault's databases are given by their names");
    const NodeId id = cluster.find(*name);
    if (id == kNoNode) {
      reader.fail(node, fmt::format("there is no database named '{}'{}", *name,
                                    did_you_mean(*name, names)));
    }
    if (std::ranges::find(nodes, id) == nodes.end()) nodes.push_back(id);
  };
  if (one != nullptr) {
    add(*one);
  } else if (several->is_array()) {
    for (const toml::node& node : *several->as_array()) add(node);
  } else {
    reader.fail(*several, "nodes must be a list of names");
  }
  return nodes;
}

}  // namespace

FaultSpec read_fault(TableReader reader, const ClusterSpec& cluster) {
  FaultSpec fault;
  if (!reader.has("kind"))
    reader.fail_missing("kind", "expected one of " + join_names(kFaultKinds));
  fault.kind = static_cast<FaultKind>(reader.choice("kind", kFaultKinds, 0));
  if (!reader.has("at")) reader.fail_missing("at", "when it begins, as in \"10s\"");
  fault.at_ns = reader.duration("at", 0);
  fault.lasts_ns = reader.duration("lasts", kNever);
  fault.times = static_cast<std::uint32_t>(reader.integer("times", 1, 1, 1'000'000));
  fault.every_ns = reader.duration("every", 0);
  fault.nodes = read_fault_nodes(reader, cluster);
  // A key that another kind has is unknown to this one.
  switch (fault.kind) {
    case FaultKind::kDown:
      fault.silent = reader.boolean("silent", false);
      break;
    case FaultKind::kSlow:
      if (!reader.has("factor")) reader.fail_missing("factor", "how many times as long work takes");
      fault.factor = reader.number("factor", 1, 0, true);
      break;
    case FaultKind::kDelayReplication:
      if (!reader.has("delay"))
        reader.fail_missing("delay", "how much longer commits are under way");
      fault.delay_ns = reader.duration("delay", 0);
      break;
    case FaultKind::kPartition:
      fault.cuts_clients = reader.boolean("cuts_clients", true);
      break;
    default:
      break;
  }
  reader.finish();
  try {
    validate(fault, cluster);
  } catch (const InputError& error) {
    reader.fail(reader.raw(), error.what());
  }
  return fault;
}

FailoverSpec read_failover(TableReader reader) {
  FailoverSpec spec;
  spec.detect_after_ns = reader.duration("detect_after", 0);
  spec.promote_after_ns = reader.duration("promote_after", kNever);
  reader.finish();
  return spec;
}

}  // namespace switchyard
