// What is wrong with an input, below it. Takes no room while nothing is.
#pragma once

#include <QLabel>

namespace switchyard::gui {

class ErrorLine : public QLabel {
  Q_OBJECT

 public:
  explicit ErrorLine(const QString& name, QWidget* parent = nullptr);

 public Q_SLOTS:
  // Nothing is wrong if it is empty.
  void show_error(const QString& message);
};

}  // namespace switchyard::gui
