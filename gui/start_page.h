// What there is to begin with: files opened before, bundled scenarios and recordings.
#pragma once

#include <QListWidget>
#include <QWidget>

#include "gui/error_line.h"

namespace switchyard::gui {

class StartPage : public QWidget {
  Q_OBJECT

 public:
  explicit StartPage(QWidget* parent = nullptr);
  void refresh();
  // Why a file could not be opened; nothing if it is empty.
  void show_error(const QString& message);

 Q_SIGNALS:
  void chosen(const QString& path);
  void open_asked();

 private:
  QListWidget* files_;
  ErrorLine* error_;
};

}  // namespace switchyard::gui
