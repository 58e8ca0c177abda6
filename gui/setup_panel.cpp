#include "gui/setup_panel.h"

#include <QVBoxLayout>

#include "gui/cluster_panel.h"
#include "gui/run_panel.h"
#include "gui/strategy_panel.h"
#include "gui/workload_panel.h"

namespace switchyard::gui {

SetupPanel::SetupPanel(Document& document, QWidget* parent)
    : QWidget(parent), tabs_(new QTabWidget), strategies_(new StrategyPanel(document)) {
  tabs_->setObjectName(QStringLiteral("setup"));
  tabs_->setAccessibleName(tr("Set-up"));
  tabs_->setDocumentMode(true);
  tabs_->addTab(new WorkloadPanel(document), tr("Wor&kload"));
  tabs_->addTab(new ClusterPanel(document), tr("Cl&uster"));
  tabs_->addTab(strategies_, tr("Strate&gies"));
  tabs_->addTab(new RunPanel(document), tr("Re&play"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(tabs_);
  const auto follow = [this, &document] { setEnabled(!document.is_empty()); };
  connect(&document, &Document::changed, this, follow);
  follow();
}

StrategyModel& SetupPanel::strategies() {
  return strategies_->strategies();
}

}  // namespace switchyard::gui
