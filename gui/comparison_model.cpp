#include "gui/comparison_model.h"

#include <QColor>
#include <QFont>
#include <QGuiApplication>
#include <QPalette>

#include <algorithm>

#include "gui/palette.h"
#include "measure/column_change.h"

namespace switchyard::gui {
namespace {

QString text_of(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

ComparisonModel::ComparisonModel(Selection& selection, QObject* parent)
    : QAbstractTableModel(parent), selection_(selection) {
  for (const auto columns : {comparison_columns(), consistency_columns(), availability_columns()}) {
    columns_.insert(columns_.end(), columns.begin(), columns.end());
  }
  mark();
  connect(&selection_, &Selection::changed, this, [this] {
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
  });
}

void ComparisonModel::begin(const std::vector<std::string>& names) {
  beginResetModel();
  names_ = names;
  report_of_.assign(names.size(), -1);
  reports_.clear();
  mark();
  endResetModel();
  selection_.set_candidates(names);
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
    const bool by_all = std::ranges::all_of(
        reports_, [&](const CandidateReport& one) { return has_figures(column, one); });
    marks_.push_back(by_all ? Marks{ranking.best(column), ranking.worst(column)} : Marks{});
  }
}

// Freshness is judged by keys, which not every recording names.
bool ComparisonModel::has_figures(const Column& column, const CandidateReport& candidate) const {
  return !needs_keys(column) || candidate.staleness.has_value();
}
bool ComparisonModel::has_figures(const Column& column) const {
  if (reports_.empty()) return !needs_keys(column) && !needs_failures(column);
  return std::ranges::any_of(reports_, [&](const CandidateReport& one) {
    return has_figures(column, one) &&
           (!needs_failures(column) || one.reads.outages + one.writes.outages + one.retries > 0);
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

const CandidateReport* ComparisonModel::baseline() const {
  const auto found = std::ranges::find(reports_, selection_.baseline(), &CandidateReport::name);
  return selection_.baseline().empty() || found == reports_.end() ? nullptr : &*found;
}

int ComparisonModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(names_.size());
}
int ComparisonModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(columns_.size()) + 1;
}

Qt::ItemFlags ComparisonModel::flags(const QModelIndex& index) const {
  const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
  return index.isValid() && index.column() == 0 ? flags | Qt::ItemIsUserCheckable : flags;
}

bool ComparisonModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid) || index.column() != 0 ||
      role != Qt::CheckStateRole) {
    return false;
  }
  return selection_.set_visible(names_[static_cast<std::size_t>(index.row())],
                                value.toInt() == Qt::Checked);
}

QVariant ComparisonModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  if (index.column() == 0) return name(index.row(), role);
  return figure(columns_[static_cast<std::size_t>(index.column() - 1)], index.row(), role);
}

QVariant ComparisonModel::name(int row, int role) const {
  const std::string& name = names_[static_cast<std::size_t>(row)];
  const CandidateReport* one = report(row);
  switch (role) {
    case Qt::DisplayRole:
      return one != nullptr && one == baseline()
                 ? tr("%1\nbaseline").arg(QString::fromStdString(name))
                 : QString::fromStdString(name);
    case kSortRole:
      return QString::fromStdString(name);
    case Qt::DecorationRole:
      return one == nullptr ? QVariant()
                            : series_colour(selection_.colour(name), QGuiApplication::palette());
    case Qt::CheckStateRole:
      return selection_.is_visible(name) ? Qt::Checked : Qt::Unchecked;
    case Qt::ToolTipRole: {
      QString text = tr("Checked: drawn in its colour, else in grey.");
      if (one != nullptr && one->is_bound) {
        text =
            tr("a bound, which can't be deployed: never marked as best") + QLatin1Char('\n') + text;
      }
      return text;
    }
    default:
      return {};
  }
}

QString ComparisonModel::figure_text(const Column& column, const CandidateReport& candidate) const {
  const std::string text = column.format(column.value(candidate));
  QString shown = QString::fromStdString(text);
  const std::string spread = plus_minus_text(column, candidate);
  if (!spread.empty()) shown += QLatin1Char(' ') + QString::fromStdString(spread);
  const Marks& marks = marks_[static_cast<std::size_t>(&column - columns_.data())];
  if (!marks.best.empty() && Ranking(reports_).may_be_best(column, candidate)) {
    // In words too, as colour alone tells not everybody.
    if (text == marks.best) shown = tr("%1 best").arg(shown);
    if (text == marks.worst) shown = tr("%1 worst").arg(shown);
  }
  const CandidateReport* against = baseline();
  if (against == nullptr || against == &candidate || !has_figures(column, *against)) return shown;
  return shown + QLatin1Char('\n') +
         QString::fromStdString(change_text(column, change_of(column, *against, candidate)));
}

QString ComparisonModel::help(const Column& column, const CandidateReport* candidate) const {
  QString text = text_of(column.help);
  if (candidate == nullptr || !has_figures(column, *candidate)) return text;
  text += QLatin1Char('\n') + tr("exactly %1").arg(text_of(exact_text(column, *candidate)));
  if (const auto interval = column.interval ? column.interval(*candidate) : std::nullopt) {
    text += QLatin1Char('\n') + tr("over the repetitions, with %1 % confidence, from %2 to %3")
                                    .arg(candidate->interval_level * 100)
                                    .arg(QString::fromStdString(column.format(interval->low)),
                                         QString::fromStdString(column.format(interval->high)));
  }
  const CandidateReport* against = baseline();
  if (against == nullptr || against == candidate || !has_figures(column, *against)) return text;
  const ColumnChange change = change_of(column, *against, *candidate);
  text += QLatin1Char('\n') + tr("baseline %1: %2")
                                  .arg(QString::fromStdString(against->name),
                                       QString::fromStdString(column.format(change.old_value)));
  if (!change.significance) {
    text += QLatin1Char('\n') +
            (candidate->intervals.empty()
                 ? tr("Without repetitions nothing tells whether that is chance.")
                 : tr("This figure has no interval that could tell whether that is chance."));
  } else if (change.within_noise()) {
    text += QLatin1Char('\n') + tr("The intervals say that the difference may be chance.");
  }
  return text;
}

QVariant ComparisonModel::figure(const Column& column, int row, int role) const {
  const CandidateReport* one = report(row);
  if (role == Qt::TextAlignmentRole) return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
  if (role == Qt::ToolTipRole) return help(column, one);
  if (one == nullptr || !has_figures(column) || !has_figures(column, *one)) return {};
  if (role == kSortRole) return column.value(*one);
  if (role == Qt::DisplayRole) return figure_text(column, *one);
  if (role != Qt::FontRole && role != Qt::BackgroundRole) return {};
  const std::string text = column.format(column.value(*one));
  const Marks& marks = marks_[static_cast<std::size_t>(&column - columns_.data())];
  const bool may = !marks.best.empty() && Ranking(reports_).may_be_best(column, *one);
  const bool is_best = may && text == marks.best;
  if (role == Qt::FontRole) {
    QFont font;
    font.setBold(is_best);
    return font;
  }
  if (!is_best && !(may && text == marks.worst)) return {};
  QColor tint(is_best ? kSeriesColours[0] : kSeriesColours[1]);
  tint.setAlphaF(is_dark(QGuiApplication::palette()) ? 0.4F : 0.22F);
  return tint;
}

QVariant ComparisonModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
  if (section == 0) return role == Qt::DisplayRole ? QVariant(tr("strategy")) : QVariant();
  const Column& column = columns_[static_cast<std::size_t>(section - 1)];
  if (role == Qt::ToolTipRole) return text_of(column.help);
  if (role != Qt::DisplayRole) return {};
  return column.second_line.empty()
             ? text_of(column.first_line)
             : text_of(column.first_line) + QLatin1Char('\n') + text_of(column.second_line);
}

}  // namespace switchyard::gui
