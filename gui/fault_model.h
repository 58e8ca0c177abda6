// What goes wrong in the cluster and when, as a table that can be edited.
#pragma once

#include "gui/edited_table.h"

namespace switchyard::gui {

class FaultModel : public EditedTable {
  Q_OBJECT

 public:
  // kBy is the factor of a slow node, and the delay of replication that is delayed.
  enum Column { kKind, kNodes, kAt, kLasts, kBy, kColumns };

  explicit FaultModel(Document& document, QObject* parent = nullptr);

  // A node that is down for a second, the last one; the fault of `row` away.
  void add();
  void remove(int row);

 protected:
  std::size_t count_rows() const override { return cluster().faults.size(); }
  QString text(std::size_t row, int column) const override;
  void set(ClusterSpec& cluster, std::size_t row, int column,
           const std::string& text) const override;
  QStringList choices(int column) const override;
  bool has_value(std::size_t row, int column) const override;

 private:
  static std::span<const Title> titles();
};

}  // namespace switchyard::gui
