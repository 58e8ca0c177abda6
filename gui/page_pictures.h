// The pictures of a page: every view of the results, drawn at one size without being shown.
#pragma once

#include <QByteArray>
#include <QString>

#include <vector>

#include "gui/result_view.h"

namespace switchyard::gui {

struct PagePicture {
  QString heading;
  QString text;    // what is to be seen, or why there is nothing
  QByteArray svg;  // a file of its own; empty: there is nothing
};

// Of as many candidates the work of each node is drawn.
inline constexpr std::size_t kMostDistributions = 8;

// In light colours, whatever the window has.
std::vector<PagePicture> page_pictures(const Shown& shown);

}  // namespace switchyard::gui
