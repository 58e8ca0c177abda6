#include "gui/cluster_model.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/time.h"

namespace switchyard::gui {
namespace {

struct Title {
  const char* text;
  const char* help;
};
constexpr Title kTitles[ClusterModel::kColumns] = {
    {"node", "its name, as in Django's DATABASES; one must be called default"},
    {"role", "primary or replica, at the start"},
    {"workers", "requests that it works on at a time"},
    {"speed", "recorded times of service are divided by this"},
    {"round trip", "between router and node, such as 250us"},
};

// Throws InputError, saying what was expected.
void set_cell(NodeSpec& node, int column, const QString& text) {
  bool sound = false;
  switch (column) {
    case ClusterModel::kName:
      node.name = text.toStdString();
      return;
    case ClusterModel::kRole:
      if (text != QStringLiteral("primary") && text != QStringLiteral("replica")) {
        throw InputError("a node is a primary or a replica");
      }
      node.role = text == QStringLiteral("primary") ? Role::kPrimary : Role::kReplica;
      return;
    case ClusterModel::kWorkers:
      node.workers = text.toUInt(&sound);
      if (!sound) throw InputError("workers are a whole number from 1");
      return;
    case ClusterModel::kSpeed:
      node.speed = text.toDouble(&sound);
      if (!sound) throw InputError("a speed is a number above 0");
      return;
    case ClusterModel::kRoundTrip: {
      const auto time = parse_duration(text.toStdString());
      if (!time) throw InputError("a round trip is a time with its unit, such as 250us");
      node.round_trip_ns = *time;
      return;
    }
    default:
      return;
  }
}

}  // namespace

ClusterModel::ClusterModel(Document& document, QObject* parent)
    : QAbstractTableModel(parent), document_(document) {
  connect(&document, &Document::changed, this, [this] {
    const auto nodes = static_cast<int>(document_.scenario().cluster.nodes.size());
    // Cells change more often than their number: the selection then stays.
    if (nodes == rows_) {
      if (rows_ > 0) Q_EMIT dataChanged(index(0, 0), index(rows_ - 1, kColumns - 1));
      return;
    }
    beginResetModel();
    rows_ = nodes;
    endResetModel();
  });
}

int ClusterModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : rows_;
}
int ClusterModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(kColumns);
}

QVariant ClusterModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  if (role == Qt::ToolTipRole) return tr(kTitles[index.column()].help);
  if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
  const std::vector<NodeSpec>& nodes = document_.scenario().cluster.nodes;
  // Between a change and its being told.
  if (index.row() >= std::ssize(nodes)) return {};
  const NodeSpec& node = nodes[static_cast<std::size_t>(index.row())];
  switch (index.column()) {
    case kName:
      return QString::fromStdString(node.name);
    case kRole:
      return node.role == Role::kPrimary ? QStringLiteral("primary") : QStringLiteral("replica");
    case kWorkers:
      return QString::number(node.workers);
    case kSpeed:
      return QString::fromStdString(fmt::format("{}", node.speed));
    case kRoundTrip:
      return QString::fromStdString(format_duration(static_cast<double>(node.round_trip_ns)));
    default:
      return {};
  }
}

bool ClusterModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  if (role != Qt::EditRole || !checkIndex(index, CheckIndexOption::IndexIsValid)) return false;
  const QString text = value.toString().trimmed();
  if (text == data(index, Qt::EditRole).toString()) return false;
  edit(tr("%1 of a node").arg(tr(kTitles[index.column()].text)), [&](ClusterSpec& cluster) {
    set_cell(cluster.nodes[static_cast<std::size_t>(index.row())], index.column(), text);
  });
  return true;
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
       [&](ClusterSpec& cluster) { cluster.nodes.erase(cluster.nodes.begin() + row); });
}

void ClusterModel::edit(const QString& what, const std::function<void(ClusterSpec&)>& change) {
  try {
    document_.edit(what, [&](Scenario& scenario) {
      change(scenario.cluster);
      validate(scenario.cluster);
    });
  } catch (const InputError& error) {
    Q_EMIT rejected(QString::fromUtf8(error.what()));
  }
}

Qt::ItemFlags ClusterModel::flags(const QModelIndex& index) const {
  const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
  return index.isValid() ? flags | Qt::ItemIsEditable : flags;
}

QVariant ClusterModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= kColumns) return {};
  if (role == Qt::DisplayRole) return tr(kTitles[section].text);
  return role == Qt::ToolTipRole ? QVariant(tr(kTitles[section].help)) : QVariant();
}

}  // namespace switchyard::gui
