#include "gui/error_line.h"

#include <QAccessible>

namespace switchyard::gui {

ErrorLine::ErrorLine(const QString& name, QWidget* parent) : QLabel(parent) {
  setObjectName(name);
  setAccessibleName(tr("Error"));
  setWordWrap(true);
  setTextFormat(Qt::PlainText);
  setTextInteractionFlags(Qt::TextSelectableByMouse);
  setStyleSheet(QStringLiteral("color: white; background: #a33b00; padding: 4px;"));
  hide();
}

void ErrorLine::show_error(const QString& message) {
  setText(message);
  setVisible(!message.isEmpty());
  if (message.isEmpty()) return;
  QAccessibleEvent event(this, QAccessible::Alert);
  QAccessible::updateAccessibility(&event);
}

}  // namespace switchyard::gui
