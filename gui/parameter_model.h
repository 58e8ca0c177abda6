// The parameters of one candidate's routers and guards, with what the catalogue says of them.
#pragma once

#include <QAbstractTableModel>

#include <string>
#include <vector>

#include "gui/choice_delegate.h"
#include "gui/strategy_model.h"
#include "routers/parameters.h"

namespace switchyard::gui {

class ParameterModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { kName, kValue, kUnit, kLimits, kColumns };
  enum Role {
    kIsGivenRole = Qt::UserRole,        // whether the value is one that the user gave
    kIsHeadingRole = kDefaultRole + 1,  // a row that names a router or guard
  };

  // `strategies` must outlive it.
  explicit ParameterModel(StrategyModel& strategies, QObject* parent = nullptr);

  // Of the candidate in that row of the strategies, as it is now; nothing of -1.
  void show_candidate(int row);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  // An empty value is the default. A candidate that did not take part does from then on. What is
  // out of limits is refused, and told by the strategies' rejected().
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 Q_SIGNALS:
  // An edit has given the candidate that name, or has left it that.
  void edited(const std::string& name);

 private:
  struct Row {
    std::size_t use = 0;                  // of the candidate
    const ParameterInfo* info = nullptr;  // null: the heading of that use
    std::string usual;
    std::string given;
    bool is_given = false;
  };

  static std::vector<Row> rows_of(const Candidate& candidate);

  StrategyModel& strategies_;
  Candidate candidate_;
  std::vector<Row> rows_;
};

}  // namespace switchyard::gui
