// The order in which the tabulator leads through the widgets.
#pragma once

#include <QWidget>

namespace switchyard::gui {

// As they are laid out: from left to right and from top to bottom, each tab before its page. To be
// called once all are in place; else the order is that in which they were made.
void set_tab_order_as_laid_out(QWidget& all);

}  // namespace switchyard::gui
