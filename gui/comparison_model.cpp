#include "gui/comparison_model.h"

#include <QColor>
#include <QFont>

#include <algorithm>

#include "gui/palette.h"

namespace switchyard::gui {

ComparisonModel::ComparisonModel(QObject* parent) : QAbstractTableModel(parent) {
  for (const auto columns : {comparison_columns(), consistency_columns(), availability_columns()}) {
    columns_.insert(columns_.end(), columns.begin(), columns.end());
  }
  mark();
}

void ComparisonModel::begin(const std::vector<std::string>& names) {
  beginResetModel();
  names_ = names;
  report_of_.assign(names.size(), -1);
  reports_.clear();
  mark();
  endResetModel();
}

void ComparisonModel::set(std::size_t candidate, const CandidateReport& report) {
  // In the order of the rows, so that a candidate keeps its colour from run to run.
  const auto place = static_cast<std::size_t>(
      std::count_if(report_of_.begin(), report_of_.begin() + static_cast<std::ptrdiff_t>(candidate),
                    [](int one) { return one >= 0; }));
  if (report_of_[candidate] >= 0) {
    reports_[place] = report;
  } else {
    reports_.insert(reports_.begin() + static_cast<std::ptrdiff_t>(place), report);
    int next = 0;
    for (std::size_t i = 0; i < report_of_.size(); ++i) {
      if (report_of_[i] >= 0 || i == candidate) report_of_[i] = next++;
    }
  }
  mark();
  // What stands out depends on all.
  Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void ComparisonModel::mark() {
  const Ranking ranking(reports_);
  marks_.clear();
  for (const Column& column : columns_) {
    // Freshness is judged by keys, which not every recording names; the same for all candidates.
    marks_.push_back(has_figures(column) ? Marks{ranking.best(column), ranking.worst(column)}
                                         : Marks{});
  }
}

bool ComparisonModel::has_figures(const Column& column) const {
  if (reports_.empty()) return !needs_keys(column) && !needs_failures(column);
  if (needs_keys(column)) return reports_.front().staleness.has_value();
  return !needs_failures(column) || std::ranges::any_of(reports_, [](const auto& one) {
    return one.reads.outages + one.writes.outages + one.retries > 0;
  });
}
bool ComparisonModel::has_figures(int section) const {
  return section == 0 || has_figures(columns_[static_cast<std::size_t>(section - 1)]);
}
bool ComparisonModel::needs_keys(const Column& column) const {
  const auto at = static_cast<std::size_t>(&column - columns_.data());
  const std::size_t first = comparison_columns().size();
  return at >= first && at < first + consistency_columns().size();
}
bool ComparisonModel::needs_failures(const Column& column) const {
  const auto at = static_cast<std::size_t>(&column - columns_.data());
  return at >= comparison_columns().size() + consistency_columns().size();
}

int ComparisonModel::report_of_row(int row) const {
  return row < 0 || row >= rowCount() ? -1 : report_of_[static_cast<std::size_t>(row)];
}

const CandidateReport* ComparisonModel::report(int row) const {
  const int i = report_of_row(row);
  return i < 0 ? nullptr : &reports_[static_cast<std::size_t>(i)];
}

int ComparisonModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(names_.size());
}
int ComparisonModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(columns_.size()) + 1;
}

QVariant ComparisonModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const int row = index.row();
  if (index.column() > 0) {
    return figure(columns_[static_cast<std::size_t>(index.column() - 1)], row, role);
  }
  switch (role) {
    case Qt::DisplayRole:
    case kSortRole:
      return QString::fromStdString(names_[static_cast<std::size_t>(row)]);
    case Qt::DecorationRole:
      return report_of_row(row) < 0 ? QVariant()
                                    : series_colour(static_cast<std::size_t>(report_of_row(row)));
    case Qt::ToolTipRole:
      if (const CandidateReport* one = report(row); one != nullptr && one->is_bound) {
        return tr("a bound, which can't be deployed: never marked as best");
      }
      return {};
    default:
      return {};
  }
}

QVariant ComparisonModel::figure(const Column& column, int row, int role) const {
  const CandidateReport* one = report(row);
  if (role == Qt::TextAlignmentRole) return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
  if (role == Qt::ToolTipRole)
    return QString::fromUtf8(column.help.data(), static_cast<qsizetype>(column.help.size()));
  if (one == nullptr || !has_figures(column)) return {};
  const double value = column.value(*one);
  if (role == kSortRole) return value;
  const std::string text = column.format(value);
  const Marks& marks = marks_[static_cast<std::size_t>(&column - columns_.data())];
  const bool may =
      column.has_best && !marks.best.empty() && Ranking(reports_).may_be_best(column, *one);
  const bool is_best = may && text == marks.best;
  const bool is_worst = may && text == marks.worst;
  switch (role) {
    case Qt::DisplayRole: {
      const QString shown = QString::fromStdString(text);
      // In words too, as colour alone tells not everybody.
      return is_best ? tr("%1 best").arg(shown) : is_worst ? tr("%1 worst").arg(shown) : shown;
    }
    case Qt::FontRole: {
      QFont font;
      font.setBold(is_best);
      return font;
    }
    case Qt::BackgroundRole: {
      if (!is_best && !is_worst) return {};
      QColor tint(is_best ? kSeriesColours[0] : kSeriesColours[1]);
      tint.setAlphaF(0.22F);
      return tint;
    }
    default:
      return {};
  }
}

QVariant ComparisonModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
  if (section == 0) return role == Qt::DisplayRole ? QVariant(tr("strategy")) : QVariant();
  const Column& column = columns_[static_cast<std::size_t>(section - 1)];
  const auto text = [](std::string_view one) {
    return QString::fromUtf8(one.data(), static_cast<qsizetype>(one.size()));
  };
  if (role == Qt::ToolTipRole) return text(column.help);
  if (role != Qt::DisplayRole) return {};
  return column.second_line.empty()
             ? text(column.first_line)
             : text(column.first_line) + QLatin1Char('\n') + text(column.second_line);
}

}  // namespace switchyard::gui
