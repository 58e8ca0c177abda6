// How all tables of the window look and take the keyboard.
#pragma once

#include <QHeaderView>
#include <QTableView>

#include "gui/palette.h"

namespace switchyard::gui {

inline void style_table(QTableView& table, const char* name, const QString& accessible_name) {
  table.setObjectName(QString::fromLatin1(name));
  table.setAccessibleName(accessible_name);
  table.verticalHeader()->hide();
  table.verticalHeader()->setDefaultSectionSize(kRowHeight);
  // The tabulator leads out of it; arrow keys lead through it.
  table.setTabKeyNavigation(false);
}

// Rows that are chosen as wholes, and sorted by a click on a heading. REQUIRES that it has a model.
inline void sort_rows(QTableView& table) {
  table.horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table.setSelectionBehavior(QAbstractItemView::SelectRows);
  table.setSelectionMode(QAbstractItemView::SingleSelection);
  // Else it would sort by the first column at once.
  table.sortByColumn(-1, Qt::AscendingOrder);
  table.setSortingEnabled(true);
}

}  // namespace switchyard::gui
