// Cases behind the figures of one candidate: stale reads, conflicts and the like.
#pragma once

#include <QAbstractTableModel>

#include <vector>

#include "measure/report.h"

namespace switchyard::gui {

class EvidenceModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column {
    kKind,
    kTime,
    kRequest,
    kSession,
    kKey,
    kNode,
    kLag,
    kOtherRequest,
    kOtherSession,
    kOtherNode,
    kColumns
  };
  // Numbers, for sorting; names sort as text.
  static constexpr int kSortRole = Qt::UserRole;

  using QAbstractTableModel::QAbstractTableModel;

  void show(const std::vector<EvidenceReport>& cases);
  const std::vector<EvidenceReport>& cases() const { return cases_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::vector<EvidenceReport> cases_;
};

}  // namespace switchyard::gui
