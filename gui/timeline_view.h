// What happened over time: latency, queues, replication lag or stale reads of each candidate, with
// a cursor that can be locked and the values there.
#pragma once

#include "gui/figure_view.h"
#include "gui/selection.h"

namespace switchyard::gui {

class TimelineView : public FigureView {
  Q_OBJECT

 public:
  // `selection` holds the cursor; it must outlive this.
  explicit TimelineView(Selection& selection, QWidget* parent = nullptr);
  void show_results(const Shown& shown) override;

 private:
  void show_cursor();

  Selection& selection_;
  QLabel* values_;
};

}  // namespace switchyard::gui
