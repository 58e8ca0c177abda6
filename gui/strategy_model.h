// Strategies to choose from, each with a box to check: the candidates of the scenario as it was
// opened, then every other strategy by its name.
#pragma once

#include <QAbstractTableModel>

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

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  void list_all();
  // Its place in the scenario, or -1 if it does not take part.
  int place(const Candidate& candidate) const;

  Document& document_;
  std::vector<Candidate> all_;
  std::vector<double> progress_;
};

}  // namespace switchyard::gui
