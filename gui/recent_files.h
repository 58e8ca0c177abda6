// Files that were opened before, the latest first.
#pragma once

#include <QStringList>

namespace switchyard::gui {

// Of those that still exist.
QStringList recent_files();
void remember_file(const QString& path);

// Scenarios and recordings that come with the program.
QStringList bundled_scenarios();
QStringList bundled_recordings();

}  // namespace switchyard::gui
