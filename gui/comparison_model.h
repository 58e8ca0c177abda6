// The comparison as a table: a row a candidate, the columns that the terminal shows too; with a
// baseline, each figure's change against it. A check box per row chooses who is drawn in colour.
#pragma once

#include <QAbstractTableModel>

#include <optional>
#include <string>
#include <vector>

#include "gui/selection.h"
#include "measure/columns.h"
#include "measure/report.h"

namespace switchyard::gui {

class ComparisonModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  // Numbers, for sorting; names sort as text.
  static constexpr int kSortRole = Qt::UserRole;

  // `selection` must outlive it.
  explicit ComparisonModel(Selection& selection, QObject* parent = nullptr);

  // Rows for these, without figures yet. They become the candidates of the selection.
  void begin(const std::vector<std::string>& names);
  void set(std::size_t candidate, const CandidateReport& report);

  // Those that have figures.
  const std::vector<CandidateReport>& reports() const { return reports_; }
  // Their place among reports(), or -1.
  int report_of_row(int row) const;
  // Of the baseline, or null.
  const CandidateReport* baseline() const;

  // Whether a column has anything to show, of these candidates.
  bool has_figures(int section) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  const CandidateReport* report(int row) const;
  QVariant name(int row, int role) const;
  QVariant figure(const Column& column, int row, int role) const;
  QString figure_text(const Column& column, const CandidateReport& candidate) const;
  QString help(const Column& column, const CandidateReport* candidate) const;
  void mark();
  bool has_figures(const Column& column) const;
  bool has_figures(const Column& column, const CandidateReport& candidate) const;
  bool needs_keys(const Column& column) const;
  bool needs_failures(const Column& column) const;

  Selection& selection_;
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
