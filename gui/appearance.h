// Light or dark: as the system is, unless the user chose.
#pragma once

#include <QPalette>

namespace switchyard::gui {

bool is_window_dark();
// Of all windows, and remembered.
void set_window_dark(bool dark);
// Whatever the windows have.
QPalette light_palette();
// What was chosen before, if anything.
void restore_appearance();

}  // namespace switchyard::gui
