#include "gui/main_window.h"

#include <QAction>
#include <QClipboard>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenuBar>
#include <QMimeData>
#include <QScrollArea>
#include <QSettings>
#include <QSplitter>
#include <QStatusBar>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

#include "core/atomic_file.h"
#include "core/error.h"
#include "gui/distribution_view.h"
#include "gui/latency_view.h"
#include "gui/palette.h"
#include "gui/recent_files.h"
#include "gui/setup_panel.h"
#include "gui/start_page.h"
#include "gui/timeline_view.h"
#include "measure/report_writers.h"

namespace switchyard::gui {

MainWindow::MainWindow() {
  setObjectName(QStringLiteral("window"));
  setWindowTitle(QStringLiteral("Switchyard"));
  setAcceptDrops(true);
  resize(1280, 800);

  sorted_.setSourceModel(&comparison_);
  sorted_.setSortRole(ComparisonModel::kSortRole);
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

  make_actions();
  connect_runs();
  connect(start_, &StartPage::chosen, this, &MainWindow::open);
  connect(start_, &StartPage::open_asked, this, &MainWindow::ask_for_file);
  connect(&document_, &Document::changed, this, [this] {
    show_error({});
    show_command();
    show_running();
  });
  const QSettings settings;
  restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
  splitter->restoreState(settings.value(QStringLiteral("splitter")).toByteArray());
  show_running();
}

// Before the models that the widgets show.
MainWindow::~MainWindow() {
  delete takeCentralWidget();
}

void MainWindow::make_actions() {
  const auto add = [this](QMenu* menu, const QString& text, const QKeySequence& keys, auto&& slot) {
    QAction* action = menu->addAction(text);
    action->setShortcut(keys);
    connect(action, &QAction::triggered, this, slot);
    return action;
  };
  QMenu* file = menuBar()->addMenu(tr("&File"));
  add(file, tr("&Open…"), QKeySequence::Open, &MainWindow::ask_for_file);
  add(file, tr("&Start page"), QKeySequence(tr("Ctrl+Home")), [this] {
    start_->refresh();
    pages_->setCurrentWidget(start_);
  });
  add(file, tr("&Save scenario…"), QKeySequence::Save, &MainWindow::save_scenario);
  add(file, tr("&Export…"), QKeySequence(tr("Ctrl+E")), &MainWindow::export_shown);
  file->addSeparator();
  add(file, tr("&Quit"), QKeySequence::Quit, &MainWindow::close);

  QMenu* edit = menuBar()->addMenu(tr("&Edit"));
  QAction* undo = document_.undo_stack().createUndoAction(this, tr("&Undo"));
  undo->setShortcut(QKeySequence::Undo);
  QAction* redo = document_.undo_stack().createRedoAction(this, tr("&Redo"));
  redo->setShortcut(QKeySequence::Redo);
  edit->addAction(undo);
  edit->addAction(redo);

  QMenu* runs = menuBar()->addMenu(tr("&Run"));
  add(runs, tr("&Run"), QKeySequence(tr("Ctrl+R")), &MainWindow::run);
  add(runs, tr("&Cancel"), QKeySequence(Qt::Key_Escape), &MainWindow::cancel);

  QMenu* view = menuBar()->addMenu(tr("&View"));
  for (int i = 0; i < tabs_->count(); ++i) {
    add(view, tabs_->tabText(i), QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1)), [this, i] {
      tabs_->setCurrentIndex(i);
      tabs_->currentWidget()->setFocus();
    });
  }
}

QWidget* MainWindow::make_results() {
  table_ = new QTableView;
  table_->setObjectName(QStringLiteral("comparison"));
  table_->setAccessibleName(tr("Comparison of the strategies"));
  table_->setModel(&sorted_);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setTabKeyNavigation(false);
  // Else it would sort by the first column at once.
  table_->sortByColumn(-1, Qt::AscendingOrder);
  table_->setSortingEnabled(true);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          &MainWindow::show_views);

  latency_ = new LatencyView;
  distribution_ = new DistributionView;
  timeline_ = new TimelineView;
  notes_ = new QLabel;
  notes_->setObjectName(QStringLiteral("notes"));
  notes_->setWordWrap(true);
  notes_->setTextFormat(Qt::PlainText);
  notes_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  notes_->setMargin(8);
  notes_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  auto* scrolled = new QScrollArea;
  scrolled->setWidget(notes_);
  scrolled->setWidgetResizable(true);
  tabs_ = new QTabWidget;
  tabs_->setObjectName(QStringLiteral("tabs"));
  tabs_->addTab(latency_, tr("Latency"));
  tabs_->addTab(distribution_, tr("Distribution"));
  tabs_->addTab(timeline_, tr("Over time"));
  tabs_->addTab(scrolled, tr("Notes"));
  // Only what is seen is drawn.
  connect(tabs_, &QTabWidget::currentChanged, this, &MainWindow::show_views);

  auto* splitter = new QSplitter(Qt::Vertical);
  splitter->addWidget(table_);
  splitter->addWidget(tabs_);
  splitter->setStretchFactor(0, 2);
  splitter->setStretchFactor(1, 3);
  splitter->setChildrenCollapsible(false);

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
  layout->addWidget(splitter, 1);
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
    shows_current_run_ = false;
    show_running();
  });
  connect(&runs_, &RunController::progressed, this, &MainWindow::show_running);
  connect(&runs_, &RunController::warned, this,
          [this](const QString& text) { statusBar()->showMessage(text); });
  connect(&runs_, &RunController::candidate_done, this,
          [this](int candidate, const std::shared_ptr<const CandidateReport>& report) {
            // What was shown before stays until there is something new to show.
            if (!std::exchange(shows_current_run_, true)) comparison_.begin(running_names_);
            comparison_.set(static_cast<std::size_t>(candidate), *report);
            show_results();
          });
  connect(&runs_, &RunController::finished, this, [this](const auto& report) {
    report_ = report;
    QStringList notes;
    for (const std::string& note : report->notes) notes << QString::fromStdString(note);
    notes_->setText(notes.isEmpty() ? tr("Nothing was missing or invented.")
                                    : notes.join(QStringLiteral("\n\n")));
    show_results();
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

void MainWindow::open(const QString& path) {
  try {
    document_.open(path);
  } catch (const std::exception& error) {
    const QString message = QString::fromUtf8(error.what());
    pages_->currentWidget() == start_ ? start_->show_error(message) : show_error(message);
    return;
  }
  start_->show_error({});
  runs_.cancel();
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
  runs_.start(document_.scenario());
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

void MainWindow::show_results() {
  for (int i = 0; i < comparison_.columnCount(); ++i) {
    table_->setColumnHidden(i, !comparison_.has_figures(i));
  }
  show_views();
}

void MainWindow::show_views() {
  const int row = sorted_.mapToSource(table_->currentIndex()).row();
  const int selected = comparison_.report_of_row(row);
  const auto& reports = comparison_.reports();
  const QWidget* seen = tabs_->currentWidget();
  if (seen == latency_) latency_->show_candidates(reports, selected);
  if (seen == distribution_) distribution_->show_candidates(reports, selected);
  if (seen == timeline_) timeline_->show_candidates(reports, selected);
}

void MainWindow::show_error(const QString& message) {
  error_->setText(message);
  error_->setVisible(!message.isEmpty());
}

void MainWindow::show_command() {
  command_->setText(document_.is_empty() ? QString() : document_.command());
  command_->setPlaceholderText(
      tr("save the scenario (Ctrl+S) for a command that does what is set up here"));
}

void MainWindow::copy_command() {
  QGuiApplication::clipboard()->setText(command_->text());
  statusBar()->showMessage(tr("Copied."));
}

void MainWindow::ask_for_file() {
  const QString path = QFileDialog::getOpenFileName(this, tr("Open a scenario or a recording"));
  if (!path.isEmpty()) open(path);
}

void MainWindow::save_scenario() {
  if (document_.is_empty()) return;
  const QString path = QFileDialog::getSaveFileName(this, tr("Save the scenario"), QString(),
                                                    tr("scenarios (*.toml)"));
  if (path.isEmpty()) return;
  try {
    document_.save(path.endsWith(QStringLiteral(".toml")) ? path : path + QStringLiteral(".toml"));
    remember_file(document_.path());
    statusBar()->showMessage(tr("Written: %1").arg(document_.path()));
  } catch (const std::exception& error) {
    show_error(QString::fromUtf8(error.what()));
  }
}

void MainWindow::export_shown() {
  const QString path = QFileDialog::getSaveFileName(
      this, tr("Export"), QString(),
      tr("the chart in sight (*.png *.svg);;the comparison (*.csv);;the whole report (*.json)"));
  if (path.isEmpty()) return;
  try {
    if (path.endsWith(QStringLiteral(".csv")) || path.endsWith(QStringLiteral(".json"))) {
      if (!report_) throw InputError("there is no finished run to export");
      AtomicFile file(path.toStdString());
      file.write(path.endsWith(QStringLiteral(".csv")) ? to_csv(*report_) : to_json(*report_));
      file.commit();
    } else if (tabs_->currentWidget() == timeline_) {
      timeline_->chart().save(path);
    } else if (tabs_->currentWidget() == latency_) {
      latency_->save(path);
    } else {
      throw InputError(path.toStdString() +
                       ": only Latency and Over time are exported as pictures");
    }
    statusBar()->showMessage(tr("Written: %1").arg(path));
  } catch (const std::exception& error) {
    show_error(QString::fromUtf8(error.what()));
  }
}

void MainWindow::closeEvent(QCloseEvent* event) {
  QSettings settings;
  settings.setValue(QStringLiteral("geometry"), saveGeometry());
  if (const auto* splitter = findChild<QSplitter*>(QStringLiteral("splitter"))) {
    settings.setValue(QStringLiteral("splitter"), splitter->saveState());
  }
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
