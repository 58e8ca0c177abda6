// The window: what is compared on the left, what came of it on the right.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>

#include <functional>

#include "gui/document.h"
#include "gui/results_panel.h"
#include "gui/run_controller.h"

namespace switchyard::gui {

class SetupPanel;
class StartPage;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  MainWindow();
  ~MainWindow() override;

  // A scenario, a recording or a report (.json); what is wrong with it is shown where errors are.
  void open(const QString& path);
  // Further reports are shown beside the first.
  void open_all(const QStringList& paths);

  Document& document() { return document_; }
  RunController& runs() { return runs_; }
  ResultsPanel& results() { return *results_; }

 public Q_SLOTS:
  void run();
  void cancel();

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void restore_layout();
  void save_layout() const;
  void make_actions();
  void make_export_actions(QMenu& file);
  void make_view_actions(QMenu& view);
  QAction* add_action(QMenu& menu, const QString& text, const QKeySequence& keys,
                      const std::function<void()>& slot);
  QWidget* make_results();
  QWidget* make_controls();
  void connect_runs();
  void ask_for_file();
  void ask_for_report();
  void add_report(const QString& path);
  void keep_unsaved();
  void save_scenario();
  // Asks for a name that ends like one of `filter` and writes to it.
  void save_as(const QString& title, const QString& filter,
               const std::function<void(const QString&)>& write);
  void copy_command();
  void show_error(const QString& message);
  // Runs again, and counts only what arrives then.
  void measure(std::optional<std::pair<std::int64_t, std::int64_t>> range);
  void show_running();
  void show_command();

  Document document_;
  RunController runs_;
  std::vector<std::string> running_names_;
  std::shared_ptr<const Scenario> running_scenario_;
  QString running_command_;
  QString shown_command_;  // that makes what is shown; empty: none
  bool shows_current_run_ = false;
  std::shared_ptr<const Report> report_;

  SetupPanel* setup_ = nullptr;
  StartPage* start_ = nullptr;
  QStackedWidget* pages_ = nullptr;
  ResultsPanel* results_ = nullptr;
  QLabel* error_ = nullptr;
  QLabel* outdated_ = nullptr;
  QPushButton* run_ = nullptr;
  QPushButton* cancel_ = nullptr;
  QProgressBar* progress_ = nullptr;
  QLineEdit* command_ = nullptr;
};

}  // namespace switchyard::gui
