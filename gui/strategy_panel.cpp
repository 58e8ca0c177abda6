#include "gui/strategy_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QShortcut>
#include <QSplitter>
#include <QVBoxLayout>

#include "gui/palette.h"
#include "gui/parameter_delegate.h"
#include "gui/table_style.h"
#include "routers/catalogue.h"

namespace switchyard::gui {
namespace {

QLabel* make_explanation(const char* name) {
  auto* label = new QLabel;
  label->setObjectName(QString::fromLatin1(name));
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

QTableView* make_table(const char* name, const QString& accessible_name) {
  auto* table = new QTableView;
  style_table(*table, name, accessible_name);
  table->setSelectionMode(QAbstractItemView::SingleSelection);
  return table;
}

}  // namespace

StrategyPanel::StrategyPanel(Document& document, QWidget* parent)
    : QWidget(parent), strategies_(document), parameters_(strategies_) {
  auto* splitter = new QSplitter(Qt::Vertical);
  splitter->setObjectName(QStringLiteral("strategies-splitter"));
  splitter->addWidget(make_strategies());
  splitter->addWidget(make_parameters());
  splitter->setStretchFactor(0, 3);
  splitter->setStretchFactor(1, 4);
  splitter->setChildrenCollapsible(false);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(6, 6, 6, 6);
  layout->addWidget(splitter, 1);
  error_ = new ErrorLine(QStringLiteral("strategy-error"));
  layout->addWidget(error_);

  connect(&strategies_, &StrategyModel::rejected, error_, &ErrorLine::show_error);
  connect(&document, &Document::changed, error_, [this] { error_->show_error({}); });
  // Not at each step of the progress.
  connect(&strategies_, &StrategyModel::dataChanged, this, [this](const QModelIndex& from) {
    if (from.column() == StrategyModel::kName) show_selected();
  });
  connect(&found_, &QAbstractItemModel::modelReset, this, [this] {
    const QModelIndex first = found_.index(0, StrategyModel::kName);
    if (first.isValid()) table_->setCurrentIndex(first);
    show_selected();
  });
  connect(&parameters_, &ParameterModel::edited, this,
          [this](const std::string& name) { select(strategies_.row_of(name)); });
  show_selected();
}

// Before the models that the widgets show.
StrategyPanel::~StrategyPanel() {
  qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
}

QWidget* StrategyPanel::make_strategies() {
  auto* search = new QLineEdit;
  search->setObjectName(QStringLiteral("search"));
  search->setAccessibleName(tr("Search strategies"));
  search->setPlaceholderText(tr("search"));
  search->setClearButtonEnabled(true);
  found_.setSourceModel(&strategies_);
  found_.setFilterCaseSensitivity(Qt::CaseInsensitive);
  connect(search, &QLineEdit::textChanged, &found_, &QSortFilterProxyModel::setFilterFixedString);

  table_ = make_table("strategies", tr("Strategies"));
  table_->setModel(&found_);
  table_->horizontalHeader()->setStretchLastSection(false);
  table_->horizontalHeader()->setSectionResizeMode(StrategyModel::kName, QHeaderView::Stretch);
  table_->horizontalHeader()->setSectionResizeMode(StrategyModel::kProgress,
                                                   QHeaderView::ResizeToContents);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          &StrategyPanel::show_selected);

  variant_ = new QPushButton(tr("Add var&iant"));
  variant_->setObjectName(QStringLiteral("add-variant"));
  variant_->setToolTip(tr("the selected strategy once more, to be given other parameters"));
  remove_ = new QPushButton(tr("Re&move"));
  remove_->setObjectName(QStringLiteral("remove-strategy"));
  remove_->setToolTip(tr("the selected strategy takes no part, and forgets its parameters"));
  connect(variant_, &QPushButton::clicked, this,
          [this] { select(strategies_.add_variant(selected())); });
  connect(remove_, &QPushButton::clicked, this, [this] { strategies_.remove(selected()); });
  guards_ = new QPushButton(tr("Guards"));
  guards_->setObjectName(QStringLiteral("guards"));
  guards_->setToolTip(
      tr("what stands before the selected strategy and narrows its choice: nodes that lag too far "
         "behind, the primary after a write …"));
  guards_->setMenu(new QMenu(guards_));
  guards_->menu()->setToolTipsVisible(true);
  connect(guards_->menu(), &QMenu::aboutToShow, this, &StrategyPanel::list_guards);
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(variant_);
  buttons->addWidget(remove_);
  buttons->addWidget(guards_);
  buttons->addStretch();

  auto* box = new QWidget;
  auto* layout = new QVBoxLayout(box);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(search);
  layout->addWidget(table_, 1);
  layout->addLayout(buttons);
  return box;
}

QWidget* StrategyPanel::make_parameters() {
  summary_ = make_explanation("strategy-summary");
  parameter_table_ = make_table("parameters", tr("Parameters of the selected strategy"));
  parameter_table_->setModel(&parameters_);
  parameter_table_->setItemDelegate(new ParameterDelegate(parameter_table_));
  parameter_table_->setSelectionBehavior(QAbstractItemView::SelectItems);
  parameter_table_->setWordWrap(false);
  parameter_table_->setEditTriggers(
      QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
      QAbstractItemView::SelectedClicked | QAbstractItemView::AnyKeyPressed);
  parameter_table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  parameter_table_->horizontalHeader()->setStretchLastSection(true);
  auto* clear = new QShortcut(QKeySequence::Delete, parameter_table_);
  clear->setContext(Qt::WidgetShortcut);
  connect(clear, &QShortcut::activated, this, [this] {
    const QModelIndex cell = parameter_table_->currentIndex();
    parameters_.setData(cell.siblingAtColumn(ParameterModel::kValue), QString(), Qt::EditRole);
  });
  connect(parameter_table_->selectionModel(), &QItemSelectionModel::currentChanged, this,
          &StrategyPanel::show_help);
  connect(&parameters_, &QAbstractItemModel::modelReset, this, [this] {
    parameter_table_->clearSpans();
    for (int row = 0; row < parameters_.rowCount(); ++row) {
      if (!parameters_.index(row, 0).data(ParameterModel::kIsHeadingRole).toBool()) continue;
      parameter_table_->setSpan(row, 0, 1, ParameterModel::kColumns);
    }
    show_help();
  });

  help_ = make_explanation("parameter-help");
  // The table above keeps its size, however long the text.
  help_->setMinimumHeight(4 * fontMetrics().lineSpacing());
  auto* box = new QWidget;
  auto* layout = new QVBoxLayout(box);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(summary_);
  layout->addWidget(parameter_table_, 1);
  layout->addWidget(help_);
  return box;
}

int StrategyPanel::selected() const {
  return found_.mapToSource(table_->currentIndex()).row();
}

void StrategyPanel::select(int row) {
  const QModelIndex at = found_.mapFromSource(strategies_.index(row, StrategyModel::kName));
  if (at.isValid()) {
    table_->setCurrentIndex(at);
    table_->scrollTo(at);
  }
  show_selected();
}

// What can be put before the selected strategy, and what stands there.
void StrategyPanel::list_guards() {
  const int row = selected();
  QMenu& menu = *guards_->menu();
  menu.clear();
  if (row < 0) return;
  for (const StrategyInfo* guard : guards()) {
    const std::string name(guard->name);
    QAction* add = menu.addAction(tr("Add %1").arg(QString::fromStdString(name)), this,
                                  [this, row, name] { select(strategies_.add_guard(row, name)); });
    add->setToolTip(
        QString::fromUtf8(guard->summary.data(), static_cast<qsizetype>(guard->summary.size())));
  }
  const std::vector<RouterUse>& present = strategies_.candidate(row).guards;
  if (!present.empty()) menu.addSeparator();
  for (std::size_t i = 0; i < present.size(); ++i) {
    menu.addAction(tr("Remove %1").arg(QString::fromStdString(present[i].name)), this,
                   [this, row, i] { select(strategies_.remove_guard(row, i)); });
  }
}

void StrategyPanel::show_selected() {
  const int row = selected();
  guards_->setEnabled(row >= 0);
  parameters_.show_candidate(row);
  variant_->setEnabled(row >= 0);
  const bool takes_part =
      row >= 0 &&
      strategies_.index(row, StrategyModel::kName).data(Qt::CheckStateRole).toInt() == Qt::Checked;
  remove_->setEnabled(takes_part);
  summary_->setText(row < 0 ? QString() : strategies_.summary(row));
  show_help();
}

void StrategyPanel::show_help() {
  const QModelIndex cell = parameter_table_->currentIndex();
  const QString help = cell.data(Qt::AccessibleDescriptionRole).toString();
  if (!help.isEmpty()) {
    const auto text = [&](int column) { return cell.siblingAtColumn(column).data().toString(); };
    help_->setText(
        tr("%1 (%2): %3").arg(text(ParameterModel::kName), text(ParameterModel::kLimits), help));
  } else if (selected() < 0) {
    help_->setText(tr("Select a strategy to see its parameters."));
  } else {
    help_->setText(parameters_.rowCount() == 0
                       ? tr("This strategy has no parameters.")
                       : tr("Double-click a value to change it; Delete takes it back to its "
                            "default, which is shown in grey."));
  }
}

}  // namespace switchyard::gui
