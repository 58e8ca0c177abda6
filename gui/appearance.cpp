#include "gui/appearance.h"

#include <QApplication>
#include <QSettings>
#include <QStyle>
#include <QStyleFactory>

#include "gui/palette.h"

namespace switchyard::gui {
namespace {

QPalette dark_palette() {
  QPalette palette(QColor("#2b2b2b"), QColor("#2b2b2b"));
  const auto set = [&](QPalette::ColorRole role, const char* colour) {
    palette.setColor(role, QColor(colour));
  };
  set(QPalette::Button, "#3a3a3a");
  set(QPalette::Base, "#1e1e1e");
  set(QPalette::AlternateBase, "#262626");
  set(QPalette::ToolTipBase, "#3a3a3a");
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                          QPalette::ToolTipText, QPalette::BrightText}) {
    set(role, "#e6e6e6");
  }
  set(QPalette::PlaceholderText, "#9a9a9a");
  set(QPalette::Highlight, "#1f6fa8");
  set(QPalette::HighlightedText, "#ffffff");
  set(QPalette::Link, "#6cb8f0");
  // Else what can't be pressed would look as if it could.
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, QColor("#7a7a7a"));
  }
  palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor("#4a4a4a"));
  return palette;
}

void apply(bool dark) {
  // The style that draws itself by the palette alone.
  QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  QApplication::setPalette(dark ? dark_palette() : QPalette(QColor("#efefef"), QColor("#efefef")));
}

}  // namespace

bool is_window_dark() {
  return is_dark(QApplication::palette());
}

void set_window_dark(bool dark) {
  QSettings().setValue(QStringLiteral("dark"), dark);
  apply(dark);
}

void restore_appearance() {
  const QVariant chosen = QSettings().value(QStringLiteral("dark"));
  if (chosen.isValid()) apply(chosen.toBool());
}

}  // namespace switchyard::gui
