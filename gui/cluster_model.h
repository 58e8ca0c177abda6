// The nodes of the cluster as a table that can be edited.
#pragma once

#include "gui/edited_table.h"

namespace switchyard::gui {

class ClusterModel : public EditedTable {
  Q_OBJECT

 public:
  enum Column {
    kName,
    kRole,
    kWorkers,
    kSpeed,
    kRoundTrip,
    kWeight,
    kQueueLimit,
    kDiscipline,
    kColumns
  };

  explicit ClusterModel(Document& document, QObject* parent = nullptr);

  // A replica after the last node; the node of `row` away, and from the faults too.
  void add_replica();
  void remove(int row);

 protected:
  std::size_t count_rows() const override { return cluster().nodes.size(); }
  QString text(std::size_t row, int column) const override;
  void set(ClusterSpec& cluster, std::size_t row, int column,
           const std::string& text) const override;
  QStringList choices(int column) const override;

 private:
  static std::span<const Title> titles();
};

}  // namespace switchyard::gui
