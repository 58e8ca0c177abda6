// The evidence of the selected candidate, to be followed: a row that is chosen moves the cursor.
#pragma once

#include <QLabel>
#include <QSortFilterProxyModel>
#include <QTableView>

#include "gui/evidence_model.h"
#include "gui/result_view.h"
#include "gui/selection.h"

namespace switchyard::gui {

class EvidenceView : public ResultView {
  Q_OBJECT

 public:
  // `selection` must outlive it.
  explicit EvidenceView(Selection& selection, QWidget* parent = nullptr);
  ~EvidenceView() override;
  // That of the selected candidate, or of the first.
  void show_results(const Shown& shown) override;
  std::optional<std::string> table_csv() const override;

 private:
  EvidenceModel model_;
  QSortFilterProxyModel sorted_;
  QLabel* heading_;
  QTableView* table_;
};

}  // namespace switchyard::gui
