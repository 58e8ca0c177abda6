#include "gui/parameter_model.h"

#include <QFont>

#include <algorithm>
#include <utility>

#include "routers/catalogue.h"
#include "scenario/edit_candidate.h"

namespace switchyard::gui {
namespace {

QString to_text(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QStringList choices_of(const ParameterInfo& info) {
  if (info.type == ParameterInfo::Type::kBoolean) {
    return {QStringLiteral("true"), QStringLiteral("false")};
  }
  QStringList choices;
  for (const std::string_view choice : info.choices) choices << to_text(choice);
  return choices;
}

}  // namespace

ParameterModel::ParameterModel(StrategyModel& strategies, QObject* parent)
    : QAbstractTableModel(parent), strategies_(strategies) {}

std::vector<ParameterModel::Row> ParameterModel::rows_of(const Candidate& candidate) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count_uses(candidate); ++i) {
    const RouterUse& use = use_at(candidate, i);
    const StrategyInfo& info =
        i < candidate.routers.size() ? find_strategy(use.name) : find_guard(use.name);
    const Parameters usual = parameters_of(use.name, info, {});
    const Parameters now = parameters_of(use.name, info, use.parameters);
    if (count_uses(candidate) > 1) rows.push_back({i, nullptr, {}, {}, false});
    for (const ParameterInfo& parameter : info.parameters) {
      const bool is_given = std::ranges::any_of(
          use.parameters, [&](const auto& one) { return one.first == parameter.name; });
      rows.push_back(
          {i, &parameter, usual.text(parameter.name), now.text(parameter.name), is_given});
    }
  }
  return rows;
}

void ParameterModel::show_candidate(int row) {
  Candidate next;
  if (row >= 0) next = strategies_.candidate(row);
  if (next == candidate_) return;
  std::vector<Row> rows = rows_of(next);
  const bool same_rows = std::ranges::equal(
      rows, rows_, [](const Row& a, const Row& b) { return a.use == b.use && a.info == b.info; });
  if (same_rows) {
    candidate_ = std::move(next);
    rows_ = std::move(rows);
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
    return;
  }
  beginResetModel();
  candidate_ = std::move(next);
  rows_ = std::move(rows);
  endResetModel();
}

int ParameterModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}
int ParameterModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(kColumns);
}

QVariant ParameterModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Row& row = rows_[static_cast<std::size_t>(index.row())];
  const int column = index.column();
  if (row.info == nullptr) {
    if (role == kIsHeadingRole) return true;
    if (role == Qt::FontRole) {
      QFont font;
      font.setBold(true);
      return font;
    }
    const bool is_guard = row.use >= candidate_.routers.size();
    const QString name = to_text(use_at(candidate_, row.use).name);
    const bool shown = role == Qt::DisplayRole && column == kName;
    return shown ? (is_guard ? tr("guard %1").arg(name) : name) : QVariant();
  }
  const ParameterInfo& info = *row.info;
  switch (role) {
    case Qt::DisplayRole:
      return column == kName    ? to_text(info.name)
             : column == kValue ? to_text(row.given)
             : column == kUnit  ? to_text(info.unit)
                                : to_text(limits_of(info));
    case Qt::EditRole:
      return column == kValue && row.is_given ? to_text(row.given) : QString();
    case Qt::ToolTipRole:
      return tr("%1: %2 (%3; unless given %4)")
          .arg(to_text(info.name), to_text(info.help), to_text(limits_of(info)),
               row.usual.empty() ? tr("nothing") : to_text(row.usual));
    case Qt::AccessibleDescriptionRole:
      return to_text(info.help);
    case kIsGivenRole:
      return row.is_given;
    case kChoicesRole:
      return choices_of(info);
    case kDefaultRole:
      return to_text(row.usual);
    case kIsHeadingRole:
      return false;
    default:
      return {};
  }
}

bool ParameterModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  if (role != Qt::EditRole || index.column() != kValue) return false;
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return false;
  const Row row = rows_[static_cast<std::size_t>(index.row())];
  if (row.info == nullptr) return false;
  const std::string text = value.toString().trimmed().toStdString();
  if (text.empty() ? !row.is_given : row.is_given && text == row.given) return false;
  const auto name = strategies_.change(
      candidate_, tr("%1 of %2").arg(to_text(row.info->name), to_text(candidate_.name)),
      [&](Candidate& one, std::span<const Candidate> others) {
        set_parameter(one, row.use, row.info->name,
                      text.empty() ? std::nullopt : std::optional(text), others);
      });
  if (!name) return false;
  Q_EMIT edited(*name);
  return true;
}

Qt::ItemFlags ParameterModel::flags(const QModelIndex& index) const {
  const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
  const bool editable = index.isValid() && index.column() == kValue &&
                        rows_[static_cast<std::size_t>(index.row())].info != nullptr;
  return editable ? flags | Qt::ItemIsEditable : flags;
}

QVariant ParameterModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return section == kName     ? tr("parameter")
         : section == kValue  ? tr("value")
         : section == kUnit   ? tr("unit")
         : section == kLimits ? tr("limits")
                              : QVariant();
}

}  // namespace switchyard::gui
