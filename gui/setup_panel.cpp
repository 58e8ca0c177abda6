#include "gui/setup_panel.h"

#include <QFileInfo>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <array>

#include "gui/palette.h"

namespace switchyard::gui {
namespace {

struct Loop {
  LoopMode mode;
  const char* text;
  const char* help;
};
constexpr std::array<Loop, 3> kLoops = {
    {{LoopMode::kSession, "session",
      "requests come when they were recorded, but never before their session's previous answer"},
     {LoopMode::kOpen, "open", "requests come when they were recorded, whatever the answers"},
     {LoopMode::kClosed, "closed", "each session thinks for as long as it was recorded to"}}};

constexpr int kMostReplications = 100;
constexpr double kMostSpeed = 1e6;

}  // namespace

SetupPanel::SetupPanel(Document& document, QWidget* parent)
    : QWidget(parent), document_(document), cluster_(document), strategies_(document) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(make_workload());
  layout->addWidget(make_cluster(), 1);
  layout->addWidget(make_strategies(), 2);
  connect(&cluster_, &ClusterModel::rejected, this, &SetupPanel::rejected);
  connect(&document_, &Document::changed, this, &SetupPanel::show_document);
  show_document();
}

QWidget* SetupPanel::make_workload() {
  auto* box = new QGroupBox(tr("Workload"));
  auto* form = new QFormLayout(box);
  trace_ = new QLabel;
  trace_->setObjectName(QStringLiteral("trace"));
  trace_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  form->addRow(tr("recording"), trace_);

  loop_ = new QComboBox;
  loop_->setObjectName(QStringLiteral("loop"));
  loop_->setAccessibleName(tr("Loop"));
  for (const Loop& loop : kLoops) {
    loop_->addItem(tr(loop.text));
    loop_->setItemData(loop_->count() - 1, tr(loop.help), Qt::ToolTipRole);
  }
  form->addRow(tr("&loop"), loop_);
  connect(loop_, &QComboBox::activated, this, [this](int i) {
    document_.edit(tr("the loop"), [&](Scenario& scenario) {
      scenario.workload.loop = kLoops[static_cast<std::size_t>(i)].mode;
    });
  });

  speed_ = new QDoubleSpinBox;
  speed_->setObjectName(QStringLiteral("speed"));
  speed_->setAccessibleName(tr("Speed"));
  speed_->setDecimals(3);
  speed_->setRange(0.001, kMostSpeed);
  speed_->setSuffix(tr(" times"));
  speed_->setToolTip(tr("recorded gaps between requests are divided by this"));
  form->addRow(tr("&speed"), speed_);
  connect(speed_, &QDoubleSpinBox::valueChanged, this, [this](double speed) {
    document_.edit(tr("the speed"), [&](Scenario& s) { s.workload.speed = speed; });
  });

  seed_ = new QSpinBox;
  seed_->setObjectName(QStringLiteral("seed"));
  seed_->setAccessibleName(tr("Seed"));
  seed_->setRange(0, INT_MAX);
  seed_->setToolTip(tr("the same seed gives the same figures"));
  form->addRow(tr("see&d"), seed_);
  connect(seed_, &QSpinBox::valueChanged, this, [this](int seed) {
    document_.edit(tr("the seed"), [&](Scenario& s) { s.seed = static_cast<std::uint64_t>(seed); });
  });

  replications_ = new QSpinBox;
  replications_->setObjectName(QStringLiteral("replications"));
  replications_->setAccessibleName(tr("Replications"));
  replications_->setRange(1, kMostReplications);
  replications_->setToolTip(tr("independent repetitions; two and more give confidence intervals"));
  form->addRow(tr("r&eplications"), replications_);
  connect(replications_, &QSpinBox::valueChanged, this, [this](int replications) {
    document_.edit(tr("the replications"), [&](Scenario& s) {
      s.run.replications = static_cast<std::uint32_t>(replications);
    });
  });
  // A number counts when it has been typed, not with each digit.
  for (QAbstractSpinBox* box_of_number :
       std::initializer_list<QAbstractSpinBox*>{speed_, seed_, replications_}) {
    box_of_number->setKeyboardTracking(false);
  }
  return box;
}

QWidget* SetupPanel::make_cluster() {
  auto* box = new QGroupBox(tr("Cluster"));
  auto* layout = new QVBoxLayout(box);
  auto* table = new QTableView;
  table->setObjectName(QStringLiteral("cluster"));
  table->setAccessibleName(tr("Nodes of the cluster"));
  table->setModel(&cluster_);
  table->verticalHeader()->hide();
  table->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table->horizontalHeader()->setStretchLastSection(true);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setTabKeyNavigation(false);
  layout->addWidget(table);
  auto* add = new QPushButton(tr("&Add a replica"));
  add->setObjectName(QStringLiteral("add-replica"));
  auto* remove = new QPushButton(tr("Re&move node"));
  remove->setObjectName(QStringLiteral("remove-node"));
  auto* row = new QHBoxLayout;
  row->addWidget(add);
  row->addWidget(remove);
  row->addStretch();
  layout->addLayout(row);
  connect(add, &QPushButton::clicked, &cluster_, &ClusterModel::add_replica);
  connect(remove, &QPushButton::clicked, this,
          [this, table] { cluster_.remove(table->currentIndex().row()); });
  return box;
}

QWidget* SetupPanel::make_strategies() {
  auto* box = new QGroupBox(tr("Strategies"));
  auto* layout = new QVBoxLayout(box);
  auto* search = new QLineEdit;
  search->setObjectName(QStringLiteral("search"));
  search->setAccessibleName(tr("Search strategies"));
  search->setPlaceholderText(tr("search"));
  search->setClearButtonEnabled(true);
  layout->addWidget(search);
  found_.setSourceModel(&strategies_);
  found_.setFilterCaseSensitivity(Qt::CaseInsensitive);
  connect(search, &QLineEdit::textChanged, &found_, &QSortFilterProxyModel::setFilterFixedString);
  auto* table = new QTableView;
  table->setObjectName(QStringLiteral("strategies"));
  table->setAccessibleName(tr("Strategies"));
  table->setModel(&found_);
  table->verticalHeader()->hide();
  table->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table->horizontalHeader()->setStretchLastSection(false);
  table->horizontalHeader()->setSectionResizeMode(StrategyModel::kName, QHeaderView::Stretch);
  table->horizontalHeader()->setSectionResizeMode(StrategyModel::kProgress,
                                                  QHeaderView::ResizeToContents);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setTabKeyNavigation(false);
  layout->addWidget(table);
  return box;
}

void SetupPanel::show_document() {
  const Scenario& scenario = document_.scenario();
  setEnabled(!document_.is_empty());
  const QString trace = QString::fromStdString(scenario.workload.trace);
  trace_->setText(scenario.workload.synthetic ? tr("synthetic") : QFileInfo(trace).fileName());
  trace_->setToolTip(trace);
  const QSignalBlocker quiet[] = {QSignalBlocker(loop_), QSignalBlocker(speed_),
                                  QSignalBlocker(seed_), QSignalBlocker(replications_)};
  for (std::size_t i = 0; i < kLoops.size(); ++i) {
    if (kLoops[i].mode == scenario.workload.loop) loop_->setCurrentIndex(static_cast<int>(i));
  }
  speed_->setValue(scenario.workload.speed);
  seed_->setValue(static_cast<int>(std::min<std::uint64_t>(scenario.seed, INT_MAX)));
  replications_->setValue(static_cast<int>(scenario.run.replications));
}

}  // namespace switchyard::gui
