// What is compared: the recording, the cluster, the strategies and how they run.
#pragma once

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSpinBox>
#include <QTableView>
#include <QWidget>

#include "gui/cluster_model.h"
#include "gui/document.h"
#include "gui/strategy_model.h"

namespace switchyard::gui {

class SetupPanel : public QWidget {
  Q_OBJECT

 public:
  explicit SetupPanel(Document& document, QWidget* parent = nullptr);

  StrategyModel& strategies() { return strategies_; }

 Q_SIGNALS:
  void rejected(const QString& message);

 private:
  QWidget* make_workload();
  QWidget* make_cluster();
  QWidget* make_strategies();
  void show_document();

  Document& document_;
  ClusterModel cluster_;
  StrategyModel strategies_;
  QSortFilterProxyModel found_;
  QLabel* trace_ = nullptr;
  QComboBox* loop_ = nullptr;
  QDoubleSpinBox* speed_ = nullptr;
  QSpinBox* seed_ = nullptr;
  QSpinBox* replications_ = nullptr;
};

}  // namespace switchyard::gui
