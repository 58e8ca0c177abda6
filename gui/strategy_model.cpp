#include "gui/strategy_model.h"

#include <algorithm>

#include "routers/catalogue.h"
#include "routers/presets.h"
#include "scenario/default_scenario.h"

namespace switchyard::gui {
namespace {

// What the catalogue says of its first router.
QString summary_of(const Candidate& candidate) {
  if (candidate.routers.empty()) return {};
  const std::string& name = candidate.routers.front().name;
  const Preset* preset = find_preset(name);
  if (preset != nullptr && !preset->summary.empty()) {
    return QString::fromStdString(std::string(preset->summary));
  }
  const auto found = std::ranges::find(catalogue(), name, &StrategyInfo::name);
  return found == catalogue().end() ? QString()
                                    : QString::fromStdString(std::string((*found)->summary));
}

QString description_of(const Candidate& candidate) {
  QString text = summary_of(candidate);
  for (const RouterUse& guard : candidate.guards) {
    text += StrategyModel::tr("\nbehind the guard %1").arg(QString::fromStdString(guard.name));
  }
  return text;
}

}  // namespace

StrategyModel::StrategyModel(Document& document, QObject* parent)
    : QAbstractTableModel(parent), document_(document) {
  connect(&document, &Document::reset, this, &StrategyModel::list_all);
  connect(&document, &Document::changed, this, [this] {
    if (!all_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
  });
  list_all();
}

void StrategyModel::list_all() {
  beginResetModel();
  progress_.clear();
  all_ = document_.opened().candidates;
  const auto add = [&](std::string_view name) {
    if (std::ranges::find(all_, name, &Candidate::name) != all_.end()) return;
    all_.push_back(candidate_for(std::string(name)));
  };
  if (!document_.is_empty()) {
    for (const Preset& preset : presets()) {
      if (!preset.summary.empty()) add(preset.name);
    }
    for (const StrategyInfo* info : catalogue()) add(info->name);
  }
  endResetModel();
}

int StrategyModel::place(const Candidate& candidate) const {
  const std::vector<Candidate>& list = document_.scenario().candidates;
  const auto found = std::ranges::find(list, candidate.name, &Candidate::name);
  return found == list.end() ? -1 : static_cast<int>(found - list.begin());
}

void StrategyModel::set_progress(const std::vector<double>& shares) {
  progress_ = shares;
  if (all_.empty()) return;
  Q_EMIT dataChanged(index(0, kProgress), index(rowCount() - 1, kProgress), {Qt::DisplayRole});
}

int StrategyModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(all_.size());
}
int StrategyModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(kColumns);
}

QVariant StrategyModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Candidate& candidate = all_[static_cast<std::size_t>(index.row())];
  const int at = place(candidate);
  if (index.column() == kProgress) {
    if (role != Qt::DisplayRole || at < 0) return {};
    const auto i = static_cast<std::size_t>(at);
    return i < progress_.size() ? tr("%1 %").arg(static_cast<int>(progress_[i] * 100)) : QString();
  }
  switch (role) {
    case Qt::DisplayRole:
      return QString::fromStdString(candidate.name);
    case Qt::CheckStateRole:
      return at >= 0 ? Qt::Checked : Qt::Unchecked;
    case Qt::ToolTipRole:
      return description_of(candidate);
    default:
      return {};
  }
}

bool StrategyModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  if (role != Qt::CheckStateRole || index.column() != kName) return false;
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return false;
  const Candidate candidate = all_[static_cast<std::size_t>(index.row())];
  const bool wanted = value.toInt() == Qt::Checked;
  if (wanted == (place(candidate) >= 0)) return false;
  const QString name = QString::fromStdString(candidate.name);
  document_.edit(wanted ? tr("adding %1").arg(name) : tr("removing %1").arg(name),
                 [&](Scenario& scenario) {
                   std::vector<Candidate> chosen;
                   for (const Candidate& one : all_) {
                     const bool stays = one.name == candidate.name ? wanted : place(one) >= 0;
                     if (stays) chosen.push_back(one);
                   }
                   scenario.candidates = std::move(chosen);
                 });
  return true;
}

Qt::ItemFlags StrategyModel::flags(const QModelIndex& index) const {
  const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
  return index.isValid() && index.column() == kName ? flags | Qt::ItemIsUserCheckable : flags;
}

QVariant StrategyModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return section == kName ? tr("strategy") : section == kProgress ? tr("done") : QVariant();
}

}  // namespace switchyard::gui
