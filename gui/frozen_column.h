// The first column of a table, which stays in sight while the others are scrolled sideways.
//
// It lies over the table's own and shows the same model, selection and order; the keyboard is the
// table's.
#pragma once

#include <QTableView>

namespace switchyard::gui {

class FrozenColumn : public QTableView {
  Q_OBJECT

 public:
  // Belongs to the table, whose model and selection must be set. Its object name is the table's and
  // "-frozen".
  FrozenColumn(QTableView& table, const QString& accessible_name);

  // After the height of the table's rows has changed.
  void take_row_height();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void lie_over(int width);
  void uncover(const QModelIndex& current);

  QTableView& table_;
};

}  // namespace switchyard::gui
