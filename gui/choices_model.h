// What each candidate would have decided at one moment.
#pragma once

#include <QAbstractTableModel>

#include <memory>

#include "measure/close_look.h"

namespace switchyard::gui {

class ChoicesModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { kStrategy, kChoice, kColumns };

  explicit ChoicesModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

  // REQUIRES that there is such a decision; null: nothing to show.
  void set(std::shared_ptr<const MomentReport> moment, std::size_t decision);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::shared_ptr<const MomentReport> moment_;
  std::size_t decision_ = 0;
};

}  // namespace switchyard::gui
