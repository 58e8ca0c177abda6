#include "gui/edited_table.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "gui/choice_delegate.h"

namespace switchyard::gui {

EditedTable::EditedTable(Document& document, std::span<const Title> titles, QString part,
                         QObject* parent)
    : QAbstractTableModel(parent), document_(document), titles_(titles), part_(std::move(part)) {
  connect(&document, &Document::changed, this, [this] {
    const auto rows = static_cast<int>(count_rows());
    // Cells change more often than their number: the selection then stays.
    if (rows == rows_) {
      if (rows_ > 0) Q_EMIT dataChanged(index(0, 0), index(rows_ - 1, columnCount() - 1));
      return;
    }
    beginResetModel();
    rows_ = rows;
    endResetModel();
  });
}

int EditedTable::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : rows_;
}
int EditedTable::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(titles_.size());
}

QVariant EditedTable::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const auto row = static_cast<std::size_t>(index.row());
  // Between a change and its being told.
  if (row >= count_rows()) return {};
  switch (role) {
    case Qt::ToolTipRole:
      return tr(titles_[static_cast<std::size_t>(index.column())].help);
    case Qt::DisplayRole:
    case Qt::EditRole:
      return text(row, index.column());
    case kChoicesRole:
      return choices(index.column());
    default:
      return {};
  }
}

bool EditedTable::setData(const QModelIndex& index, const QVariant& value, int role) {
  if (role != Qt::EditRole || !checkIndex(index, CheckIndexOption::IndexIsValid)) return false;
  const auto row = static_cast<std::size_t>(index.row());
  const QString typed = value.toString().trimmed();
  if (!has_value(row, index.column()) || typed == text(row, index.column())) return false;
  const QString title = tr(titles_[static_cast<std::size_t>(index.column())].text);
  edit(tr("%1 of %2").arg(title, part_),
       [&](ClusterSpec& cluster) { set(cluster, row, index.column(), typed.toStdString()); });
  return true;
}

void EditedTable::edit(const QString& what, const std::function<void(ClusterSpec&)>& change) {
  try {
    document_.edit(what, [&](Scenario& scenario) {
      change(scenario.cluster);
      validate(scenario.cluster);
    });
  } catch (const InputError& error) {
    Q_EMIT rejected(QString::fromUtf8(error.what()));
  }
}

Qt::ItemFlags EditedTable::flags(const QModelIndex& index) const {
  const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
  const bool editable =
      index.isValid() && has_value(static_cast<std::size_t>(index.row()), index.column());
  return editable ? flags | Qt::ItemIsEditable : flags;
}

QVariant EditedTable::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
  const Title& title = titles_[static_cast<std::size_t>(section)];
  if (role == Qt::DisplayRole) return tr(title.text);
  return role == Qt::ToolTipRole ? QVariant(tr(title.help)) : QVariant();
}

QStringList to_choices(std::span<const std::string_view> words) {
  QStringList choices;
  for (const std::string_view word : words) {
    choices << QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size()));
  }
  return choices;
}

std::size_t place_of(const std::string& word, std::span<const std::string_view> words) {
  const auto at = std::ranges::find(words, word);
  if (at != words.end()) return static_cast<std::size_t>(at - words.begin());
  throw InputError(
      (QStringLiteral("expected one of ") + to_choices(words).join(QStringLiteral(", ")))
          .toStdString());
}

}  // namespace switchyard::gui
