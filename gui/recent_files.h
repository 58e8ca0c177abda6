// Files that were opened before, the latest first.
#pragma once

#include <QStringList>

namespace switchyard::gui {

// Of those that still exist.
QStringList recent_files();
void remember_file(const QString& path);

// Where a set-up is kept that was left without being saved; there may be none.
QString unsaved_file();

// One sentence: the first of a scenario's opening comment, or what kind of recording it is. Empty
// where neither can be told.
QString about_file(const QString& path);

// Scenarios and recordings that come with the program.
QStringList bundled_scenarios();
QStringList bundled_recordings();

}  // namespace switchyard::gui
