#include "gui/appearance.h"

#include <QApplication>
#include <QPainter>
#include <QProxyStyle>
#include <QSettings>
#include <QStyleOption>

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

// Fusion draws itself by the palette alone, but the frame of a box to check darker than the window,
// which is not seen where all is dark.
class FramedFusion : public QProxyStyle {
 public:
  FramedFusion() : QProxyStyle(QStringLiteral("Fusion")) {}

  void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override {
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    const bool is_box = element == PE_IndicatorCheckBox || element == PE_IndicatorItemViewItemCheck;
    if (!is_box || !is_dark(option->palette)) return;
    painter->save();
    painter->setPen(option->palette.color(QPalette::PlaceholderText));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
    painter->restore();
  }
};

void apply(bool dark) {
  QApplication::setStyle(new FramedFusion);
  QApplication::setPalette(dark ? dark_palette() : light_palette());
}

}  // namespace

QPalette light_palette() {
  return QPalette(QColor("#efefef"), QColor("#efefef"));
}

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
