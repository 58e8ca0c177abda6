#include "gui/cluster_model.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/error.h"
#include "core/time.h"
#include "gui/workload_text.h"
#include "scenario/vocabulary.h"

namespace switchyard::gui {
namespace {

double number_from_zero(const std::string& text, const char* expected) {
  bool sound = false;
  const double number = QString::fromStdString(text).toDouble(&sound);
  if (!sound || !std::isfinite(number) || number < 0) throw InputError(expected);
  return number;
}

std::uint32_t whole_number(const std::string& text, const char* expected) {
  bool sound = false;
  const unsigned number = QString::fromStdString(text).toUInt(&sound);
  if (!sound) throw InputError(expected);
  return number;
}

}  // namespace

std::span<const EditedTable::Title> ClusterModel::titles() {
  static constexpr std::array<Title, kColumns> kTitles = {{
      {"node", "its name, as in Django's DATABASES; one must be called default"},
      {"role", "primary or replica, at the start"},
      {"workers", "requests that it works on at a time"},
      {"speed", "recorded times of service are divided by this"},
      {"round trip", "between router and node, such as 250us"},
      {"weight", "its share for strategies that go by weights, beside the others'"},
      {"queue limit", "waiting requests beyond which one is rejected; 0 is no limit"},
      {"discipline", "fifo: a request has a worker to itself; processor_sharing: all share them"},
  }};
  return kTitles;
}

ClusterModel::ClusterModel(Document& document, QObject* parent)
    : EditedTable(document, titles(), tr("a node"), parent) {}

QString ClusterModel::text(std::size_t row, int column) const {
  const NodeSpec& node = cluster().nodes[row];
  switch (column) {
    case kName:
      return QString::fromStdString(node.name);
    case kRole:
      return choices(kRole)[static_cast<int>(node.role)];
    case kWorkers:
      return QString::number(node.workers);
    case kSpeed:
      return QString::fromStdString(fmt::format("{}", node.speed));
    case kRoundTrip:
      return time_text(node.round_trip_ns);
    case kWeight:
      return QString::fromStdString(fmt::format("{}", node.weight));
    case kQueueLimit:
      return QString::number(node.queue_limit);
    default:
      return choices(kDiscipline)[static_cast<int>(node.discipline)];
  }
}

void ClusterModel::set(ClusterSpec& cluster, std::size_t row, int column,
                       const std::string& text) const {
  NodeSpec& node = cluster.nodes[row];
  switch (column) {
    case kName:
      node.name = text;
      return;
    case kRole:
      node.role = static_cast<Role>(place_of(text, kRoles));
      return;
    case kWorkers:
      node.workers = whole_number(text, "workers are a whole number from 1");
      return;
    case kSpeed:
      node.speed = number_from_zero(text, "a speed is a number above 0");
      return;
    case kRoundTrip: {
      const auto time = parse_duration(text);
      if (!time) throw InputError("a round trip is a time with its unit, such as 250us");
      node.round_trip_ns = *time;
      return;
    }
    case kWeight:
      node.weight = number_from_zero(text, "a weight is a number from 0");
      return;
    case kQueueLimit:
      node.queue_limit = whole_number(text, "a queue limit is a whole number; 0 is no limit");
      return;
    default:
      node.discipline = static_cast<Discipline>(place_of(text, kDisciplines));
  }
}

QStringList ClusterModel::choices(int column) const {
  if (column == kRole) return to_choices(kRoles);
  return column == kDiscipline ? to_choices(kDisciplines) : QStringList();
}

void ClusterModel::add_replica() {
  edit(tr("adding a replica"), [](ClusterSpec& cluster) {
    NodeSpec node;
    if (!cluster.nodes.empty()) node.workers = cluster.nodes.back().workers;
    for (int i = 1; node.name.empty() || cluster.find(node.name) != kNoNode; ++i) {
      node.name = fmt::format("replica-{}", i);
    }
    cluster.nodes.push_back(std::move(node));
  });
}

void ClusterModel::remove(int row) {
  if (row < 0 || row >= rowCount()) return;
  edit(tr("removing a node"),
       [&](ClusterSpec& cluster) { remove_node(cluster, node_id(static_cast<std::size_t>(row))); });
}

}  // namespace switchyard::gui
