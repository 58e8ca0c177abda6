#include "gui/cluster_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "gui/choice_delegate.h"
#include "gui/palette.h"
#include "gui/replication_form.h"
#include "gui/table_style.h"

namespace switchyard::gui {

namespace {

struct Buttons {
  QTableView* table;
  QPushButton* add;
  QPushButton* remove;
  QWidget* box;
};

// A table that is edited row by row, with what adds and removes them below.
Buttons make_table(EditedTable& model, const char* name, const QString& accessible_name,
                   const QString& add, const char* add_name, const QString& remove,
                   const char* remove_name) {
  Buttons made = {new QTableView, new QPushButton(add), new QPushButton(remove), new QWidget};
  style_table(*made.table, name, accessible_name);
  made.table->setModel(&model);
  made.table->setItemDelegate(new ChoiceDelegate(made.table));
  made.table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  made.table->horizontalHeader()->setStretchLastSection(true);
  made.table->setSelectionBehavior(QAbstractItemView::SelectRows);
  made.table->setSelectionMode(QAbstractItemView::SingleSelection);
  made.add->setObjectName(QString::fromLatin1(add_name));
  made.remove->setObjectName(QString::fromLatin1(remove_name));
  auto* row = new QHBoxLayout;
  row->addWidget(made.add);
  row->addWidget(made.remove);
  row->addStretch();
  auto* layout = new QVBoxLayout(made.box);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(made.table, 1);
  layout->addLayout(row);
  return made;
}

}  // namespace

ClusterPanel::ClusterPanel(Document& document, QWidget* parent)
    : QWidget(parent), cluster_(document), faults_(document) {
  error_ = new ErrorLine(QStringLiteral("cluster-error"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(6, 6, 6, 6);
  picture_ = new ClusterPicture;
  auto* scrolled = new QScrollArea;
  scrolled->setWidget(picture_);
  scrolled->setWidgetResizable(true);
  scrolled->setFrameShape(QFrame::NoFrame);
  scrolled->setFocusPolicy(Qt::NoFocus);  // the table below says the same
  auto* replication = new ReplicationForm(document);
  layout->addWidget(scrolled, 3);
  layout->addWidget(make_nodes(), 4);
  layout->addWidget(make_faults(), 2);
  layout->addWidget(replication);
  layout->addWidget(error_);
  connect(replication, &ReplicationForm::rejected, error_, &ErrorLine::show_error);
  const auto draw = [this, &document] { picture_->set_cluster(document.scenario().cluster); };
  connect(&document, &Document::changed, this, draw);
  draw();
  connect(picture_, &ClusterPicture::clicked, table_, &QTableView::selectRow);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, picture_,
          [this](const QModelIndex& now) { picture_->select(now.row()); });
  connect(&cluster_, &EditedTable::rejected, error_, &ErrorLine::show_error);
  connect(&faults_, &EditedTable::rejected, error_, &ErrorLine::show_error);
  connect(&document, &Document::changed, error_, [this] { error_->show_error({}); });
}

// Before the model that they show.
ClusterPanel::~ClusterPanel() {
  qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
}

QWidget* ClusterPanel::make_nodes() {
  const Buttons made =
      make_table(cluster_, "cluster", tr("Nodes of the cluster"), tr("&Add a replica"),
                 "add-replica", tr("Re&move node"), "remove-node");
  table_ = made.table;
  connect(made.add, &QPushButton::clicked, &cluster_, &ClusterModel::add_replica);
  connect(made.remove, &QPushButton::clicked, this,
          [this] { cluster_.remove(table_->currentIndex().row()); });
  return made.box;
}

QWidget* ClusterPanel::make_faults() {
  const Buttons made =
      make_table(faults_, "faults", tr("What goes wrong in the cluster"), tr("Add a fault"),
                 "add-fault", tr("Remove fault"), "remove-fault");
  connect(made.add, &QPushButton::clicked, &faults_, &FaultModel::add);
  connect(made.remove, &QPushButton::clicked, this,
          [this, table = made.table] { faults_.remove(table->currentIndex().row()); });
  return made.box;
}

}  // namespace switchyard::gui
