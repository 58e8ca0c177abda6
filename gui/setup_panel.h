// What is compared: the recording, the cluster, the strategies and how they run, on a tab each.
#pragma once

#include <QTabWidget>
#include <QWidget>

#include "gui/document.h"
#include "gui/strategy_model.h"

namespace switchyard::gui {

class StrategyPanel;

class SetupPanel : public QWidget {
  Q_OBJECT

 public:
  explicit SetupPanel(Document& document, QWidget* parent = nullptr);

  StrategyModel& strategies();

 private:
  QTabWidget* tabs_ = nullptr;
  StrategyPanel* strategies_ = nullptr;
};

}  // namespace switchyard::gui
