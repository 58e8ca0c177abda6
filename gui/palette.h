// Colours and sizes of the window. The colours are those that people with any kind of colour vision
// tell apart (Okabe and Ito, Color Universal Design, 2008).
#pragma once

#include <QColor>

#include <array>
#include <cstddef>

namespace switchyard::gui {

inline constexpr std::array<const char*, 7> kSeriesColours = {
    "#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#8c564b"};

// Of the i-th candidate; grey from the eighth on, as nobody tells more apart.
inline QColor series_colour(std::size_t i) {
  return i < kSeriesColours.size() ? QColor(kSeriesColours[i]) : QColor("#999999");
}

// Of tables: lines of text close together.
inline constexpr int kRowHeight = 22;

}  // namespace switchyard::gui
