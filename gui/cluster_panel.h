// The cluster: its nodes and what goes wrong with them in tables, and how writes reach the others.
#pragma once

#include <QTableView>
#include <QWidget>

#include "gui/cluster_model.h"
#include "gui/cluster_picture.h"
#include "gui/error_line.h"
#include "gui/fault_model.h"

namespace switchyard::gui {

class ClusterPanel : public QWidget {
  Q_OBJECT

 public:
  explicit ClusterPanel(Document& document, QWidget* parent = nullptr);
  ~ClusterPanel() override;

 private:
  QWidget* make_nodes();
  QWidget* make_faults();

  ClusterModel cluster_;
  FaultModel faults_;
  QTableView* table_ = nullptr;
  ClusterPicture* picture_ = nullptr;
  ErrorLine* error_ = nullptr;
};

}  // namespace switchyard::gui
