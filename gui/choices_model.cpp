#include "gui/choices_model.h"

#include <QFont>

namespace switchyard::gui {

void ChoicesModel::set(std::shared_ptr<const MomentReport> moment, std::size_t decision) {
  const int before = rowCount();
  const int after = moment ? static_cast<int>(moment->candidates.size()) : 0;
  // Rows stay where only what they say changes, and with them the selection.
  if (before != after) beginResetModel();
  moment_ = std::move(moment);
  decision_ = decision;
  if (before != after) {
    endResetModel();
  } else if (after > 0) {
    Q_EMIT dataChanged(index(0, 0), index(after - 1, kColumns - 1));
  }
}

int ChoicesModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() || !moment_ ? 0 : static_cast<int>(moment_->candidates.size());
}

int ChoicesModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kColumns;
}

QVariant ChoicesModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid) || !moment_) return {};
  const auto row = static_cast<std::size_t>(index.row());
  const bool ran = row == moment_->candidate;
  if (role == Qt::FontRole && ran) {
    QFont font;
    font.setBold(true);
    return font;
  }
  if (role != Qt::DisplayRole) return {};
  if (index.column() == kStrategy) return QString::fromStdString(moment_->candidates[row]);
  const std::string& choice = moment_->decisions[decision_].choices[row];
  return choice.empty() ? tr("not asked") : QString::fromStdString(choice);
}

QVariant ChoicesModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
  return section == kStrategy ? tr("strategy") : tr("would choose");
}

}  // namespace switchyard::gui
