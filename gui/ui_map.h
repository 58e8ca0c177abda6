// Where everything in the window is, written to a file ten times a second: a test that handles the
// program from outside finds widgets by their names, and waits for what they say.
//
// A JSON object: of each visible widget that has a name, of a table's headings and rows and of the
// tabs, under "name", "name/heading 0", "name/row 0" and "name/tab 0": its place on the screen (x,
// y, width, height), whether it is enabled, its text, a chart's range in sight. Under "_running",
// "_runs" (how many began), "_focus", "_selected", "_range_ns" and "_stall_ms", "_run_stall_ms"
// (the longest stall since the start, and since the last run began): what holds of all.
#pragma once

#include <QObject>
#include <QString>

#include <future>

#include "gui/main_window.h"
#include "gui/stall_watch.h"

namespace switchyard::gui {

class UiMap : public QObject {
  Q_OBJECT

 public:
  // The window must outlive it. Throws InputError where `path` can't be written to.
  UiMap(MainWindow& window, QString path);

 protected:
  void timerEvent(QTimerEvent* event) override;

 private:
  void write();

  MainWindow& window_;
  QString path_;
  StallWatch stalls_;
  StallWatch run_stalls_;
  int runs_ = 0;  // that began
  QBasicTimer timer_;
  std::future<void> written_;  // the last time
};

}  // namespace switchyard::gui
