// Which strategies take part, and with what parameters.
#pragma once

#include <QLabel>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QWidget>

#include "gui/error_line.h"
#include "gui/parameter_model.h"
#include "gui/strategy_model.h"

namespace switchyard::gui {

class StrategyPanel : public QWidget {
  Q_OBJECT

 public:
  explicit StrategyPanel(Document& document, QWidget* parent = nullptr);
  ~StrategyPanel() override;

  StrategyModel& strategies() { return strategies_; }

 private:
  QWidget* make_strategies();
  QWidget* make_parameters();
  void select(int row);
  void list_guards();
  // Of the strategies; -1 if none is selected.
  int selected() const;
  void show_selected();
  void show_help();

  StrategyModel strategies_;
  ParameterModel parameters_;
  QSortFilterProxyModel found_;
  QTableView* table_ = nullptr;
  QTableView* parameter_table_ = nullptr;
  QLabel* summary_ = nullptr;
  QLabel* help_ = nullptr;
  ErrorLine* error_ = nullptr;
  QPushButton* variant_ = nullptr;
  QPushButton* remove_ = nullptr;
  QPushButton* guards_ = nullptr;
};

}  // namespace switchyard::gui
