// What there is to begin with: files opened before, bundled scenarios and recordings.
#pragma once

#include <QListWidget>
#include <QWidget>

namespace switchyard::gui {

class StartPage : public QWidget {
  Q_OBJECT

 public:
  explicit StartPage(QWidget* parent = nullptr);
  void refresh();

 Q_SIGNALS:
  void chosen(const QString& path);
  void open_asked();

 private:
  QListWidget* files_;
};

}  // namespace switchyard::gui
