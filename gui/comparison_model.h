// The comparison as a table: a row a candidate, the columns that the terminal shows too.
#pragma once

#include <QAbstractTableModel>

#include <optional>
#include <string>
#include <vector>

#include "measure/columns.h"
#include "measure/report.h"

namespace switchyard::gui {

class ComparisonModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  // Numbers, for sorting; names sort as text.
  static constexpr int kSortRole = Qt::UserRole;

  explicit ComparisonModel(QObject* parent = nullptr);

  // Rows for these, without figures yet.
  void begin(const std::vector<std::string>& names);
  void set(std::size_t candidate, const CandidateReport& report);

  // Those that have figures.
  const std::vector<CandidateReport>& reports() const { return reports_; }
  // Their place among reports(), or -1.
  int report_of_row(int row) const;

  // Whether a column has anything to show, of these candidates.
  bool has_figures(int section) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  const CandidateReport* report(int row) const;
  QVariant figure(const Column& column, int row, int role) const;
  void mark();
  bool has_figures(const Column& column) const;
  bool needs_keys(const Column& column) const;
  bool needs_failures(const Column& column) const;

  std::vector<std::string> names_;
  std::vector<int> report_of_;  // per row
  std::vector<CandidateReport> reports_;
  std::vector<Column> columns_;
  struct Marks {
    std::string best;
    std::string worst;
  };
  std::vector<Marks> marks_;  // per column
};

}  // namespace switchyard::gui
