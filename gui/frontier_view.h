// What freshness costs: how stale the reads are against how long requests take, a point a strategy,
// and those that no other beats in both.
#pragma once

#include "gui/figure_view.h"

namespace switchyard::gui {

class FrontierView : public FigureView {
  Q_OBJECT

 public:
  explicit FrontierView(QWidget* parent = nullptr);
  void show_results(const Shown& shown) override;
};

}  // namespace switchyard::gui
