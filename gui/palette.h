// Colours and sizes of the window. The colours are those that people with any kind of colour vision
// tell apart (Okabe and Ito, Color Universal Design, 2008), and a brown or a yellow.
#pragma once

#include <QColor>
#include <QPalette>

#include <array>
#include <cstddef>

namespace switchyard::gui {

inline constexpr std::array<const char*, 8> kSeriesColours = {
    "#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#8c564b", "#000000"};
// What stands out from white does not always from black.
inline constexpr std::array<const char*, 8> kSeriesColoursOnDark = {
    "#2f9be0", "#e69f00", "#12b88a", "#e8722a", "#8fd0f5", "#cc79a7", "#f0e442", "#ffffff"};

inline bool is_dark(const QPalette& palette) {
  return palette.color(QPalette::Base).lightness() < 128;
}

// `i` below 8; grey for what has no colour of its own (-1).
inline QColor series_colour(int i, const QPalette& palette) {
  if (i < 0) return QColor(is_dark(palette) ? "#6a6a6a" : "#b4b4b4");
  const auto place = static_cast<std::size_t>(i) % kSeriesColours.size();
  return QColor((is_dark(palette) ? kSeriesColoursOnDark : kSeriesColours)[place]);
}

// Of tables: lines of text close together.
inline constexpr int kRowHeight = 22;

}  // namespace switchyard::gui
