// The window: what is compared on the left, what came of it on the right.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QProgressBar>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTableView>

#include "gui/comparison_model.h"
#include "gui/document.h"
#include "gui/run_controller.h"

namespace switchyard::gui {

class DistributionView;
class LatencyView;
class SetupPanel;
class StartPage;
class TimelineView;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  MainWindow();
  ~MainWindow() override;

  // A scenario or a recording; what is wrong with it is shown where errors are.
  void open(const QString& path);

  Document& document() { return document_; }
  RunController& runs() { return runs_; }
  ComparisonModel& comparison() { return comparison_; }

 public Q_SLOTS:
  void run();
  void cancel();

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void make_actions();
  QWidget* make_results();
  QWidget* make_controls();
  void connect_runs();
  void ask_for_file();
  void save_scenario();
  void export_shown();
  void copy_command();
  void show_error(const QString& message);
  void show_results();
  void show_views();
  void show_running();
  void show_command();

  Document document_;
  RunController runs_;
  ComparisonModel comparison_;
  QSortFilterProxyModel sorted_;
  std::vector<std::string> running_names_;
  bool shows_current_run_ = false;
  std::shared_ptr<const Report> report_;

  SetupPanel* setup_ = nullptr;
  StartPage* start_ = nullptr;
  QStackedWidget* pages_ = nullptr;
  QTableView* table_ = nullptr;
  QTabWidget* tabs_ = nullptr;
  LatencyView* latency_ = nullptr;
  DistributionView* distribution_ = nullptr;
  TimelineView* timeline_ = nullptr;
  QLabel* notes_ = nullptr;
  QLabel* error_ = nullptr;
  QPushButton* run_ = nullptr;
  QPushButton* cancel_ = nullptr;
  QProgressBar* progress_ = nullptr;
  QLineEdit* command_ = nullptr;
};

}  // namespace switchyard::gui
