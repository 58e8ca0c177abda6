#include "gui/strategy_model.h"

#include <algorithm>

#include "core/error.h"
#include "routers/catalogue.h"
#include "routers/presets.h"
#include "scenario/build_chain.h"
#include "scenario/default_scenario.h"
#include "scenario/edit_candidate.h"

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
  const std::string_view strategy = preset == nullptr ? std::string_view(name) : preset->strategy;
  const auto found = std::ranges::find(catalogue(), strategy, &StrategyInfo::name);
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

const Candidate* find(const std::vector<Candidate>& list, const std::string& name) {
  const auto found = std::ranges::find(list, name, &Candidate::name);
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

StrategyModel::StrategyModel(Document& document, QObject* parent)
    : QAbstractTableModel(parent), document_(document) {
  connect(&document, &Document::reset, this, &StrategyModel::list_all);
  connect(&document, &Document::changed, this, &StrategyModel::follow);
  list_all();
}

void StrategyModel::list_all() {
  beginResetModel();
  progress_.clear();
  spare_.clear();
  usual_ = document_.opened().candidates;
  const auto add = [&](std::string_view name) {
    if (find(usual_, std::string(name)) == nullptr) {
      usual_.push_back(candidate_for(std::string(name)));
    }
  };
  if (!document_.is_empty()) {
    for (const Preset& preset : presets()) {
      if (!preset.summary.empty()) add(preset.name);
    }
    for (const StrategyInfo* info : catalogue()) add(info->name);
  }
  all_ = usual_;
  endResetModel();
}

void StrategyModel::follow() {
  const std::vector<Candidate>& chosen = document_.scenario().candidates;
  std::erase_if(spare_, [&](const Candidate& one) { return find(chosen, one.name) != nullptr; });
  std::vector<Candidate> next;
  for (const Candidate& row : all_) {
    for (const std::vector<Candidate>* list :
         {&chosen, &std::as_const(spare_), &std::as_const(usual_)}) {
      if (const Candidate* now = find(*list, row.name)) {
        next.push_back(*now);
        break;
      }
    }
  }
  // What is new comes behind what it follows in the scenario.
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (find(next, chosen[i].name) != nullptr) continue;
    const auto before =
        i == 0 ? next.end() : std::ranges::find(next, chosen[i - 1].name, &Candidate::name);
    next.insert(before == next.end() ? next.begin() : before + 1, chosen[i]);
  }
  replace_rows(std::move(next));
}

void StrategyModel::replace_rows(std::vector<Candidate> next) {
  const auto same = [](const Candidate& a, const Candidate& b) { return a.name == b.name; };
  const auto first =
      static_cast<std::ptrdiff_t>(std::ranges::mismatch(all_, next, same).in1 - all_.begin());
  const auto at_most = std::min(std::ssize(all_), std::ssize(next)) - first;
  const auto last = std::min(
      at_most,
      static_cast<std::ptrdiff_t>(
          std::mismatch(all_.rbegin(), all_.rend(), next.rbegin(), next.rend(), same).first -
          all_.rbegin()));
  const std::ptrdiff_t removed = std::ssize(all_) - first - last;
  const std::ptrdiff_t added = std::ssize(next) - first - last;
  // One in place of another has only got a new name.
  if (removed == added) {
    all_ = std::move(next);
  } else {
    if (removed > 0) {
      beginRemoveRows({}, static_cast<int>(first), static_cast<int>(first + removed - 1));
      all_.erase(all_.begin() + first, all_.begin() + first + removed);
      endRemoveRows();
    }
    if (added > 0) {
      beginInsertRows({}, static_cast<int>(first), static_cast<int>(first + added - 1));
      all_ = std::move(next);
      endInsertRows();
    } else {
      all_ = std::move(next);
    }
  }
  if (!all_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
}

int StrategyModel::place(const Candidate& candidate) const {
  const std::vector<Candidate>& list = document_.scenario().candidates;
  const Candidate* found = find(list, candidate.name);
  return found == nullptr ? -1 : static_cast<int>(found - list.data());
}

int StrategyModel::row_of(const std::string& name) const {
  const Candidate* found = find(all_, name);
  return found == nullptr ? -1 : static_cast<int>(found - all_.data());
}

QString StrategyModel::summary(int row) const {
  return description_of(candidate(row));
}

void StrategyModel::set_progress(const std::vector<double>& shares) {
  progress_ = shares;
  if (all_.empty()) return;
  Q_EMIT dataChanged(index(0, kProgress), index(rowCount() - 1, kProgress), {Qt::DisplayRole});
}

int StrategyModel::add_variant(int row) {
  const Candidate variant = variant_of(candidate(row), all_);
  const int origin = place(candidate(row));
  document_.edit(tr("a variant of %1").arg(QString::fromStdString(candidate(row).name)),
                 [&](Scenario& scenario) {
                   std::vector<Candidate>& list = scenario.candidates;
                   list.insert(origin < 0 ? list.end() : list.begin() + origin + 1, variant);
                 });
  return row_of(variant.name);
}

void StrategyModel::remove(int row) {
  const std::string name = candidate(row).name;
  std::erase_if(spare_, [&](const Candidate& one) { return one.name == name; });
  document_.edit(tr("removing %1").arg(QString::fromStdString(name)), [&](Scenario& scenario) {
    std::erase_if(scenario.candidates, [&](const Candidate& one) { return one.name == name; });
  });
  follow();
}

int StrategyModel::add_guard(int row, const std::string& guard) {
  const QString what =
      tr("the guard %1 of %2")
          .arg(QString::fromStdString(guard), QString::fromStdString(candidate(row).name));
  const auto name =
      change(candidate(row), what, [&](Candidate& one, std::span<const Candidate> others) {
        switchyard::add_guard(one, guard, others);
      });
  return name ? row_of(*name) : -1;
}

int StrategyModel::remove_guard(int row, std::size_t place) {
  const QString what = tr("removing the guard %1 of %2")
                           .arg(QString::fromStdString(candidate(row).guards[place].name),
                                QString::fromStdString(candidate(row).name));
  const auto name =
      change(candidate(row), what, [&](Candidate& one, std::span<const Candidate> others) {
        switchyard::remove_guard(one, one.routers.size() + place, others);
      });
  return name ? row_of(*name) : -1;
}

std::optional<std::string> StrategyModel::change(const Candidate& candidate, const QString& what,
                                                 const Change& change) {
  // The list that it is in may be made anew on the way.
  const Candidate before = candidate;
  std::string name;
  try {
    document_.edit(what, [&](Scenario& scenario) {
      std::vector<Candidate>& list = scenario.candidates;
      auto at = std::ranges::find(list, before.name, &Candidate::name);
      if (at == list.end()) at = list.insert(at, before);
      std::vector<Candidate> others(list.begin(), at);
      others.insert(others.end(), at + 1, list.end());
      change(*at, others);
      build_chain(*at, scenario.cluster, scenario.seed);
      name = at->name;
    });
  } catch (const InputError& error) {
    Q_EMIT rejected(QString::fromUtf8(error.what()));
    return std::nullopt;
  }
  return name;
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
    case Qt::EditRole:
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
  if (index.column() != kName || !checkIndex(index, CheckIndexOption::IndexIsValid)) return false;
  const Candidate candidate = all_[static_cast<std::size_t>(index.row())];
  if (role == Qt::EditRole) return rename(candidate, value.toString().trimmed().toStdString());
  return role == Qt::CheckStateRole && take_part(candidate, value.toInt() == Qt::Checked);
}

bool StrategyModel::rename(const Candidate& candidate, const std::string& name) {
  if (name == candidate.name || place(candidate) < 0) return false;
  if (name.empty() || row_of(name) >= 0) {
    Q_EMIT rejected(name.empty()
                        ? tr("a candidate needs a name")
                        : tr("another candidate is named '%1'; give each a name of its own")
                              .arg(QString::fromStdString(name)));
    return false;
  }
  document_.edit(tr("the name of %1").arg(QString::fromStdString(candidate.name)),
                 [&](Scenario& scenario) {
                   Candidate& one = scenario.candidates[static_cast<std::size_t>(place(candidate))];
                   one.name = name;
                   one.swept.clear();
                 });
  return true;
}

bool StrategyModel::take_part(const Candidate& candidate, bool wanted) {
  if (wanted == (place(candidate) >= 0)) return false;
  if (!wanted) spare_.push_back(candidate);
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
  Qt::ItemFlags flags = QAbstractTableModel::flags(index);
  if (!index.isValid() || index.column() != kName) return flags;
  flags |= Qt::ItemIsUserCheckable;
  return place(candidate(index.row())) < 0 ? flags : flags | Qt::ItemIsEditable;
}

QVariant StrategyModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return section == kName ? tr("strategy") : section == kProgress ? tr("done") : QVariant();
}

}  // namespace switchyard::gui
