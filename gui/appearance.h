// Light or dark: as the system is, unless the user chose.
#pragma once

namespace switchyard::gui {

bool is_window_dark();
// Of all windows, and remembered.
void set_window_dark(bool dark);
// What was chosen before, if anything.
void restore_appearance();

}  // namespace switchyard::gui
