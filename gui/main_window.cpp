#include "gui/main_window.h"

#include <QAction>
#include <QClipboard>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QMenuBar>
#include <QMimeData>
#include <QRegularExpression>
#include <QSettings>
#include <QSplitter>
#include <QStatusBar>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

#include "core/atomic_file.h"
#include "core/error.h"
#include "gui/appearance.h"
#include "gui/recent_files.h"
#include "gui/setup_panel.h"
#include "gui/start_page.h"
#include "gui/tab_order.h"
#include "measure/read_report.h"
#include "measure/report_writers.h"

namespace switchyard::gui {

MainWindow::MainWindow() {
  restore_appearance();
  setObjectName(QStringLiteral("window"));
  setWindowTitle(QStringLiteral("Switchyard"));
  setAcceptDrops(true);
  resize(1280, 800);

  setup_ = new SetupPanel(document_);
  start_ = new StartPage;
  pages_ = new QStackedWidget;
  pages_->addWidget(start_);
  pages_->addWidget(make_results());

  auto* left = new QWidget;
  auto* left_layout = new QVBoxLayout(left);
  left_layout->addWidget(setup_, 1);
  left_layout->addWidget(make_controls());
  auto* splitter = new QSplitter;
  splitter->setObjectName(QStringLiteral("splitter"));
  splitter->addWidget(left);
  splitter->addWidget(pages_);
  splitter->setStretchFactor(0, 0);
  splitter->setStretchFactor(1, 1);
  splitter->setSizes({370, 910});
  splitter->setChildrenCollapsible(false);
  setCentralWidget(splitter);
  set_tab_order_as_laid_out(*splitter);

  outdated_ = new QLabel(tr("These figures are of an earlier set-up: Ctrl+R runs this one."));
  outdated_->setObjectName(QStringLiteral("outdated"));
  outdated_->setStyleSheet(QStringLiteral("font-weight: bold;"));
  outdated_->hide();
  statusBar()->addPermanentWidget(outdated_);

  make_actions();
  connect_runs();
  connect(start_, &StartPage::chosen, this, &MainWindow::open);
  connect(start_, &StartPage::open_asked, this, &MainWindow::ask_for_file);
  connect(&results_->selection(), &Selection::range_asked, this, &MainWindow::measure);
  connect(&document_, &Document::changed, this, [this] {
    show_error({});
    show_command();
    show_running();
  });
  restore_layout();
  show_running();
}

// Each splitter and each row of tabs has a name.
void MainWindow::restore_layout() {
  const QSettings settings;
  restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
  for (QSplitter* one : findChildren<QSplitter*>()) {
    one->restoreState(settings.value(one->objectName()).toByteArray());
  }
  for (QTabWidget* one : findChildren<QTabWidget*>()) {
    one->setCurrentIndex(settings.value(one->objectName(), 0).toInt());
  }
}

void MainWindow::save_layout() const {
  QSettings settings;
  settings.setValue(QStringLiteral("geometry"), saveGeometry());
  for (const QSplitter* one : findChildren<QSplitter*>()) {
    settings.setValue(one->objectName(), one->saveState());
  }
  for (const QTabWidget* one : findChildren<QTabWidget*>()) {
    settings.setValue(one->objectName(), one->currentIndex());
  }
}

// Before the models that the widgets show.
MainWindow::~MainWindow() {
  delete takeCentralWidget();
}

QAction* MainWindow::add_action(QMenu& menu, const QString& text, const QKeySequence& keys,
                                const std::function<void()>& slot) {
  QAction* action = menu.addAction(text);
  action->setShortcut(keys);
  connect(action, &QAction::triggered, this, slot);
  return action;
}

void MainWindow::make_actions() {
  QMenu* file = menuBar()->addMenu(tr("&File"));
  add_action(*file, tr("&Open…"), QKeySequence::Open, [this] { ask_for_file(); });
  add_action(*file, tr("Show a report &beside…"), QKeySequence(tr("Ctrl+Shift+O")),
             [this] { ask_for_report(); });
  add_action(*file, tr("&Start page"), QKeySequence(tr("Ctrl+Home")), [this] {
    start_->refresh();
    pages_->setCurrentWidget(start_);
  });
  add_action(*file, tr("Save s&cenario…"), QKeySequence::Save, [this] { save_scenario(); });
  file->addSeparator();
  make_export_actions(*file);
  file->addSeparator();
  add_action(*file, tr("&Quit"), QKeySequence::Quit, [this] { close(); });

  QMenu* edit = menuBar()->addMenu(tr("&Edit"));
  QAction* undo = document_.undo_stack().createUndoAction(this, tr("&Undo"));
  undo->setShortcut(QKeySequence::Undo);
  QAction* redo = document_.undo_stack().createRedoAction(this, tr("&Redo"));
  redo->setShortcut(QKeySequence::Redo);
  edit->addAction(undo);
  edit->addAction(redo);

  QMenu* runs = menuBar()->addMenu(tr("&Run"));
  add_action(*runs, tr("&Run"), QKeySequence(tr("Ctrl+R")), [this] { run(); });
  add_action(*runs, tr("&Cancel"), QKeySequence(Qt::Key_Escape), [this] { cancel(); });
  make_view_actions(*menuBar()->addMenu(tr("&View")));
}

void MainWindow::make_export_actions(QMenu& file) {
  add_action(file, tr("Export the &chart in sight…"), QKeySequence(tr("Ctrl+E")), [this] {
    save_as(tr("Export the chart in sight"), tr("pictures (*.png *.svg)"),
            [this](const QString& path) { results_->save_picture(path); });
  });
  add_action(file, tr("Export the &numbers in sight…"), QKeySequence(tr("Ctrl+Shift+E")), [this] {
    save_as(tr("Export the numbers in sight"), tr("tables (*.csv)"),
            [this](const QString& path) { results_->save_table(path); });
  });
  add_action(file, tr("Export a pa&ge…"), QKeySequence(tr("Ctrl+Alt+E")), [this] {
    save_as(tr("Export a page"), tr("pages (*.html)"), [this](const QString& path) {
      results_->save_page(path, windowTitle().section(QStringLiteral(" — "), 0, 0), shown_command_);
    });
  });
  add_action(file, tr("Export the com&parison…"), {}, [this] {
    save_as(tr("Export the comparison"), tr("tables (*.csv)"),
            [this](const QString& path) { results_->save_comparison(path); });
  });
  add_action(file, tr("Export the &report…"), {}, [this] {
    save_as(tr("Export the report"), tr("reports (*.json)"), [this](const QString& path) {
      if (!report_) throw InputError(path.toStdString() + ": there is no finished run to write");
      AtomicFile out(path.toStdString());
      out.write(to_json(*report_));
      out.commit();
    });
  });
}

void MainWindow::make_view_actions(QMenu& view) {
  QTabWidget& tabs = results_->tabs();
  for (int i = 0; i < tabs.count(); ++i) {
    add_action(view, tabs.tabText(i), QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1)),
               [this, i] { results_->show_tab(i); });
  }
  view.addSeparator();
  QAction* dark = view.addAction(tr("Dar&k"));
  dark->setObjectName(QStringLiteral("dark"));
  dark->setCheckable(true);
  dark->setChecked(is_window_dark());
  connect(dark, &QAction::triggered, this, &set_window_dark);
}

QWidget* MainWindow::make_results() {
  results_ = new ResultsPanel;
  connect(&results_->selection(), &Selection::refused, this,
          [this](const QString& why) { statusBar()->showMessage(why); });
  command_ = new QLineEdit;
  command_->setObjectName(QStringLiteral("command"));
  command_->setAccessibleName(tr("The same on the command line"));
  command_->setReadOnly(true);
  auto* copy = new QPushButton(tr("Cop&y command"));
  copy->setObjectName(QStringLiteral("copy-command"));
  connect(copy, &QPushButton::clicked, this, &MainWindow::copy_command);
  auto* line = new QHBoxLayout;
  line->addWidget(command_, 1);
  line->addWidget(copy);

  auto* page = new QWidget;
  auto* layout = new QVBoxLayout(page);
  layout->addWidget(results_, 1);
  layout->addLayout(line);
  return page;
}

QWidget* MainWindow::make_controls() {
  error_ = new QLabel;
  error_->setObjectName(QStringLiteral("error"));
  error_->setAccessibleName(tr("Error"));
  error_->setWordWrap(true);
  error_->setTextFormat(Qt::PlainText);
  error_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  error_->setStyleSheet(QStringLiteral("color: white; background: #a33b00; padding: 6px;"));
  error_->hide();
  run_ = new QPushButton(tr("&Run"));
  run_->setObjectName(QStringLiteral("run"));
  run_->setDefault(true);
  cancel_ = new QPushButton(tr("&Cancel"));
  cancel_->setObjectName(QStringLiteral("cancel"));
  progress_ = new QProgressBar;
  progress_->setObjectName(QStringLiteral("progress"));
  progress_->setAccessibleName(tr("Progress"));
  progress_->setRange(0, 1000);
  connect(run_, &QPushButton::clicked, this, &MainWindow::run);
  connect(cancel_, &QPushButton::clicked, this, &MainWindow::cancel);
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(run_);
  buttons->addWidget(cancel_);
  auto* box = new QWidget;
  auto* layout = new QVBoxLayout(box);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(error_);
  layout->addLayout(buttons);
  layout->addWidget(progress_);
  return box;
}

void MainWindow::connect_runs() {
  connect(&runs_, &RunController::started, this, [this] {
    show_error({});
    statusBar()->showMessage(tr("Running…"));
    shows_current_run_ = false;
    show_running();
  });
  connect(&runs_, &RunController::progressed, this, &MainWindow::show_running);
  connect(&runs_, &RunController::warned, this,
          [this](const QString& text) { statusBar()->showMessage(text); });
  connect(&runs_, &RunController::candidate_done, this,
          [this](int candidate, const std::shared_ptr<const CandidateReport>& report) {
            // What was shown before stays until there is something new to show.
            if (!std::exchange(shows_current_run_, true)) {
              results_->begin(running_names_, running_scenario_);
              shown_command_ = running_command_;
              show_command();
            }
            results_->set(static_cast<std::size_t>(candidate), *report);
          });
  connect(&runs_, &RunController::finished, this, [this](const auto& report) {
    report_ = report;
    results_->set_runs({*report});
    statusBar()->showMessage(tr("Done: %1 requests through each of %2 strategies.")
                                 .arg(report->requests)
                                 .arg(report->candidates.size()));
  });
  connect(&runs_, &RunController::failed, this, &MainWindow::show_error);
  connect(&runs_, &RunController::cancelled, this, [this] {
    statusBar()->showMessage(shows_current_run_ ? tr("Cancelled: strategies without figures did "
                                                     "not come to their end.")
                                                : tr("Cancelled."));
  });
  connect(&runs_, &RunController::stopped, this, &MainWindow::show_running);
}

void MainWindow::measure(std::optional<std::pair<std::int64_t, std::int64_t>> range) {
  if (!running_scenario_ || results_->scenario() == nullptr) {
    show_error(tr("A report can't be measured anew; open its scenario."));
    return;
  }
  document_.edit(tr("the measured time"), [&](Scenario& scenario) {
    scenario.run.warmup_ns = range ? range->first : document_.opened().run.warmup_ns;
    scenario.run.measure_until_ns = range ? range->second : document_.opened().run.measure_until_ns;
  });
  run();
}

void MainWindow::open_all(const QStringList& paths) {
  for (qsizetype i = 0; i < paths.size(); ++i) {
    if (i == 0) {
      open(paths[i]);
    } else if (paths[i].endsWith(QStringLiteral(".json"))) {
      add_report(paths[i]);
    } else {
      show_error(tr("%1: only reports (.json) are shown beside one another; open scenarios and "
                    "recordings one at a time")
                     .arg(paths[i]));
    }
  }
}

void MainWindow::add_report(const QString& path) {
  try {
    results_->add_report(read_report(path.toStdString()),
                         QFileInfo(path).fileName().toStdString() + ": ");
  } catch (const std::exception& error) {
    show_error(QString::fromUtf8(error.what()));
    return;
  }
  shown_command_.clear();
  remember_file(path);
  pages_->setCurrentIndex(1);
}

// What was set up is not lost where it was left by mistake.
void MainWindow::keep_unsaved() {
  if (document_.is_empty() || !document_.is_changed()) return;
  try {
    document_.keep(unsaved_file());
  } catch (const InputError& error) {
    show_error(QString::fromUtf8(error.what()));
  }
}

void MainWindow::open(const QString& path) {
  if (path.endsWith(QStringLiteral(".json"))) {
    runs_.cancel();
    show_error({});
    results_->begin({}, nullptr);
    shown_command_.clear();
    setWindowTitle(tr("%1 — Switchyard").arg(QFileInfo(path).fileName()));
    add_report(path);
    return;
  }
  // Not over what is being opened.
  if (path != unsaved_file()) keep_unsaved();
  try {
    document_.open(path);
  } catch (const std::exception& error) {
    const QString message = QString::fromUtf8(error.what());
    pages_->currentWidget() == start_ ? start_->show_error(message) : show_error(message);
    return;
  }
  start_->show_error({});
  runs_.cancel();
  // Figures of another set-up would be taken for this one's.
  results_->begin({}, nullptr);
  remember_file(path);
  setWindowTitle(tr("%1 — Switchyard").arg(QFileInfo(path).fileName()));
  run();
}

void MainWindow::run() {
  if (document_.is_empty()) return;
  running_names_.clear();
  for (const Candidate& candidate : document_.scenario().candidates) {
    running_names_.push_back(candidate.name);
  }
  running_command_ = document_.command();
  running_scenario_ = std::make_shared<const Scenario>(document_.scenario());
  runs_.start(*running_scenario_);
  show_command();
  pages_->setCurrentIndex(1);
}

void MainWindow::cancel() {
  runs_.cancel();
}

void MainWindow::show_running() {
  const bool running = runs_.is_running();
  run_->setEnabled(!document_.is_empty() && !document_.scenario().candidates.empty());
  cancel_->setEnabled(running);
  const std::vector<double> shares = runs_.progress();
  setup_->strategies().set_progress(shares);
  if (!running) {
    progress_->setRange(0, 1000);
    progress_->setValue(0);
    progress_->setFormat(QString());
    return;
  }
  const double done = std::accumulate(shares.begin(), shares.end(), 0.0);
  const double reading = runs_.reading_progress();
  const bool reads = done == 0 && reading >= 0 && reading < 1;
  progress_->setRange(0, 1000);
  progress_->setValue(static_cast<int>(
      1000 *
      (reads ? reading : done / static_cast<double>(std::max<std::size_t>(1, shares.size())))));
  progress_->setFormat(reads ? tr("reading the recording, %p %") : tr("%p %"));
}

void MainWindow::show_error(const QString& message) {
  error_->setText(message);
  error_->setVisible(!message.isEmpty());
}

void MainWindow::show_command() {
  command_->setText(document_.is_empty() ? QString() : document_.command());
  command_->setPlaceholderText(
      tr("save the scenario (Ctrl+S) for a command that does what is set up here"));
  const Scenario* shown = results_->scenario();
  outdated_->setVisible(shown != nullptr && !(*shown == document_.scenario()));
}

void MainWindow::copy_command() {
  QGuiApplication::clipboard()->setText(command_->text());
  statusBar()->showMessage(tr("Copied."));
}

void MainWindow::ask_for_file() {
  const QString path =
      QFileDialog::getOpenFileName(this, tr("Open a scenario, a recording or a report"));
  if (!path.isEmpty()) open(path);
}

void MainWindow::ask_for_report() {
  const QString path = QFileDialog::getOpenFileName(this, tr("Show a report beside"), QString(),
                                                    tr("reports (*.json)"));
  if (!path.isEmpty()) add_report(path);
}

void MainWindow::save_scenario() {
  if (document_.is_empty()) return;
  const QString path = QFileDialog::getSaveFileName(this, tr("Save the scenario"), QString(),
                                                    tr("scenarios (*.toml)"));
  if (path.isEmpty()) return;
  const bool was_kept = document_.path() == unsaved_file();
  try {
    document_.save(path.endsWith(QStringLiteral(".toml")) ? path : path + QStringLiteral(".toml"));
    if (was_kept) QFile::remove(unsaved_file());
    remember_file(document_.path());
    statusBar()->showMessage(tr("Written: %1").arg(document_.path()));
  } catch (const std::exception& error) {
    show_error(QString::fromUtf8(error.what()));
  }
}

void MainWindow::save_as(const QString& title, const QString& filter,
                         const std::function<void(const QString&)>& write) {
  QString path = QFileDialog::getSaveFileName(this, title, QString(), filter);
  if (path.isEmpty()) return;
  if (QFileInfo(path).suffix().isEmpty()) {
    static const QRegularExpression kEnding(QStringLiteral("\\*(\\.\\w+)"));
    path += kEnding.match(filter).captured(1);
  }
  try {
    write(path);
    show_error({});
    statusBar()->showMessage(tr("Written: %1").arg(path));
  } catch (const std::exception& error) {
    show_error(QString::fromUtf8(error.what()));
  }
}

void MainWindow::closeEvent(QCloseEvent* event) {
  save_layout();
  keep_unsaved();
  runs_.cancel();
  QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  const QList<QUrl> urls = event->mimeData()->urls();
  if (urls.size() != 1 || !urls.front().isLocalFile()) {
    show_error(tr("Drop one file at a time."));
    return;
  }
  event->acceptProposedAction();
  open(urls.front().toLocalFile());
}

}  // namespace switchyard::gui
