#include "gui/fault_model.h"

#include <fmt/format.h>

#include <QRegularExpression>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/time.h"
#include "gui/workload_text.h"
#include "scenario/vocabulary.h"

namespace switchyard::gui {
namespace {

constexpr double kUsualFactor = 5;
constexpr Nanoseconds kUsualDelay = kSecond;

Nanoseconds time_of(const std::string& text) {
  const auto time = parse_duration(text);
  if (!time) throw InputError("expected a time with its unit, such as 10s");
  return *time;
}

// Of names with blanks or commas between them.
std::vector<NodeId> nodes_of(const std::string& text, const ClusterSpec& cluster) {
  static const QRegularExpression kBetween(QStringLiteral("[\\s,]+"));
  std::vector<NodeId> nodes;
  for (const QString& name : QString::fromStdString(text).split(kBetween, Qt::SkipEmptyParts)) {
    const NodeId node = cluster.find(name.toStdString());
    if (node == kNoNode) {
      throw InputError(fmt::format("there is no node named '{}'", name.toStdString()));
    }
    if (std::ranges::find(nodes, node) == nodes.end()) nodes.push_back(node);
  }
  return nodes;
}

}  // namespace

std::span<const EditedTable::Title> FaultModel::titles() {
  static constexpr std::array<Title, kColumns> kTitles = {{
      {"fault",
       "down: it stops; slow: its work takes longer; errors: it answers every request "
       "with an error; stall_replication: it applies nothing; delay_replication: commits "
       "take longer to reach it; partition: it and the others do not reach each other"},
      {"nodes", "that have it, with commas between them"},
      {"at", "when it begins, such as 10s"},
      {"lasts", "for how long, such as 5s; empty: to the end"},
      {"by",
       "slow: how many times as long work takes; delay_replication: how much "
       "longer commits are under way, such as 3s"},
  }};
  return kTitles;
}

FaultModel::FaultModel(Document& document, QObject* parent)
    : EditedTable(document, titles(), tr("a fault"), parent) {}

bool FaultModel::has_value(std::size_t row, int column) const {
  if (row >= count_rows()) return false;
  const FaultKind kind = cluster().faults[row].kind;
  return column != kBy || kind == FaultKind::kSlow || kind == FaultKind::kDelayReplication;
}

QString FaultModel::text(std::size_t row, int column) const {
  const FaultSpec& fault = cluster().faults[row];
  switch (column) {
    case kKind:
      return choices(kKind)[static_cast<int>(fault.kind)];
    case kNodes: {
      QStringList names;
      for (const NodeId node : fault.nodes) {
        names << QString::fromStdString(cluster().nodes[switchyard::index(node)].name);
      }
      return names.join(QStringLiteral(", "));
    }
    case kAt:
      return time_text(fault.at_ns);
    case kLasts:
      return fault.lasts_ns == kNever ? QString() : time_text(fault.lasts_ns);
    default:
      return !has_value(row, kBy) ? QString()
             : fault.kind == FaultKind::kSlow
                 ? QString::fromStdString(fmt::format("{}", fault.factor))
                 : time_text(fault.delay_ns);
  }
}

void FaultModel::set(ClusterSpec& cluster, std::size_t row, int column,
                     const std::string& text) const {
  FaultSpec& fault = cluster.faults[row];
  switch (column) {
    case kKind:
      fault.kind = static_cast<FaultKind>(place_of(text, kFaultKinds));
      // What only another kind has is no part of this one.
      fault.factor = fault.kind == FaultKind::kSlow ? kUsualFactor : 1;
      fault.delay_ns = fault.kind == FaultKind::kDelayReplication ? kUsualDelay : 0;
      fault.silent = false;
      fault.cuts_clients = true;
      return;
    case kNodes:
      fault.nodes = nodes_of(text, cluster);
      return;
    case kAt:
      fault.at_ns = time_of(text);
      return;
    case kLasts:
      fault.lasts_ns = text.empty() ? kNever : time_of(text);
      return;
    default:
      if (fault.kind == FaultKind::kDelayReplication) {
        fault.delay_ns = time_of(text);
      } else {
        bool sound = false;
        fault.factor = QString::fromStdString(text).toDouble(&sound);
        if (!sound) throw InputError("a factor is a number above 0");
      }
  }
}

QStringList FaultModel::choices(int column) const {
  return column == kKind ? to_choices(kFaultKinds) : QStringList();
}

void FaultModel::add() {
  edit(tr("adding a fault"), [](ClusterSpec& cluster) {
    FaultSpec fault;
    fault.nodes = {node_id(cluster.nodes.size() - 1)};
    fault.at_ns = kSecond;
    fault.lasts_ns = kSecond;
    cluster.faults.push_back(std::move(fault));
  });
}

void FaultModel::remove(int row) {
  if (row < 0 || row >= rowCount()) return;
  edit(tr("removing a fault"),
       [&](ClusterSpec& cluster) { cluster.faults.erase(cluster.faults.begin() + row); });
}

}  // namespace switchyard::gui
