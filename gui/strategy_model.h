// Strategies to choose from, each with a box to check: the candidates of the scenario as it was
// opened and as it is, then every other strategy by its name.
#pragma once

#include <QAbstractTableModel>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gui/document.h"

namespace switchyard::gui {

class StrategyModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { kName, kProgress, kColumns };

  explicit StrategyModel(Document& document, QObject* parent = nullptr);

  // Of the candidates that run, in the scenario's order; empty when none does.
  void set_progress(const std::vector<double>& shares);

  // REQUIRES a row that there is.
  const Candidate& candidate(int row) const { return all_[static_cast<std::size_t>(row)]; }
  // -1 if there is none of that name.
  int row_of(const std::string& name) const;
  // What the catalogue says of the candidate in that row, in a line or two.
  QString summary(int row) const;

  // A candidate like that of the row, to be given other parameters; its row.
  int add_variant(int row);
  void remove(int row);
  // A guard behind those that the row's candidate has, or one of them away (by its place among
  // them); the candidate's row from then on, -1 if that was refused.
  int add_guard(int row, const std::string& guard);
  int remove_guard(int row, std::size_t place);

  // Changes a candidate, which takes part from then on; `others` are the rest of those that do. Its
  // name from then on, or nothing where it can't be so: that is told by rejected().
  using Change = std::function<void(Candidate& candidate, std::span<const Candidate> others)>;
  std::optional<std::string> change(const Candidate& candidate, const QString& what,
                                    const Change& change);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  // Takes part or does not, or is called otherwise: what can't be is refused, told by rejected().
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 Q_SIGNALS:
  void rejected(const QString& message);

 private:
  void list_all();
  // Keeps the rows as far as they are the same, after an edit.
  void follow();
  void replace_rows(std::vector<Candidate> next);
  // Its place in the scenario, or -1 if it does not take part.
  int place(const Candidate& candidate) const;
  bool rename(const Candidate& candidate, const std::string& name);
  bool take_part(const Candidate& candidate, bool wanted);

  Document& document_;
  std::vector<Candidate> all_;
  std::vector<Candidate> usual_;  // what is on offer whatever has been edited
  std::vector<Candidate> spare_;  // do not take part any more, but are kept as they were
  std::vector<double> progress_;
};

}  // namespace switchyard::gui
