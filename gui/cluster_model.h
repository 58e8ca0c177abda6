// The nodes of the cluster as a table that can be edited.
#pragma once

#include <QAbstractTableModel>

#include "gui/document.h"

namespace switchyard::gui {

class ClusterModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { kName, kRole, kWorkers, kSpeed, kRoundTrip, kColumns };

  explicit ClusterModel(Document& document, QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  // What makes no cluster is refused, and told by rejected().
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  // A replica after the last node; removing one of `row`.
  void add_replica();
  void remove(int row);

 Q_SIGNALS:
  void rejected(const QString& message);

 private:
  void edit(const QString& what, const std::function<void(ClusterSpec&)>& change);

  Document& document_;
  int rows_ = 0;  // as the views know it
};

}  // namespace switchyard::gui
