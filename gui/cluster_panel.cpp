#include "gui/cluster_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "gui/palette.h"
#include "gui/replication_form.h"
#include "gui/table_style.h"

namespace switchyard::gui {

ClusterPanel::ClusterPanel(Document& document, QWidget* parent)
    : QWidget(parent), cluster_(document) {
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
  layout->addWidget(scrolled, 2);
  layout->addWidget(make_nodes(), 2);
  layout->addWidget(replication);
  layout->addWidget(error_);
  connect(replication, &ReplicationForm::rejected, error_, &ErrorLine::show_error);
  const auto draw = [this, &document] { picture_->set_cluster(document.scenario().cluster); };
  connect(&document, &Document::changed, this, draw);
  draw();
  connect(picture_, &ClusterPicture::clicked, table_, &QTableView::selectRow);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, picture_,
          [this](const QModelIndex& now) { picture_->select(now.row()); });
  connect(&cluster_, &ClusterModel::rejected, error_, &ErrorLine::show_error);
  connect(&document, &Document::changed, error_, [this] { error_->show_error({}); });
}

// Before the model that they show.
ClusterPanel::~ClusterPanel() {
  qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
}

QWidget* ClusterPanel::make_nodes() {
  table_ = new QTableView;
  style_table(*table_, "cluster", tr("Nodes of the cluster"));
  table_->setModel(&cluster_);
  table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table_->horizontalHeader()->setStretchLastSection(true);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  auto* add = new QPushButton(tr("&Add a replica"));
  add->setObjectName(QStringLiteral("add-replica"));
  auto* remove = new QPushButton(tr("Re&move node"));
  remove->setObjectName(QStringLiteral("remove-node"));
  connect(add, &QPushButton::clicked, &cluster_, &ClusterModel::add_replica);
  connect(remove, &QPushButton::clicked, this,
          [this] { cluster_.remove(table_->currentIndex().row()); });
  auto* row = new QHBoxLayout;
  row->addWidget(add);
  row->addWidget(remove);
  row->addStretch();
  auto* box = new QWidget;
  auto* layout = new QVBoxLayout(box);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(table_, 1);
  layout->addLayout(row);
  return box;
}

}  // namespace switchyard::gui
