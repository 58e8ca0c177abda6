#include "gui/results_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <set>

#include "core/atomic_file.h"
#include "core/error.h"
#include "gui/distribution_view.h"
#include "gui/evidence_view.h"
#include "gui/frontier_view.h"
#include "gui/heat_view.h"
#include "gui/html_report.h"
#include "gui/latency_view.h"
#include "gui/moment_view.h"
#include "gui/overhead_view.h"
#include "gui/palette.h"
#include "gui/table_style.h"
#include "gui/timeline_view.h"
#include "measure/report_writers.h"

namespace switchyard::gui {
namespace {

void save_text(const QString& path, const std::string& text) {
  AtomicFile file(path.toStdString());
  file.write(text);
  file.commit();
}

}  // namespace

ResultsPanel::ResultsPanel(QWidget* parent) : QWidget(parent), comparison_(selection_) {
  sorted_.setSourceModel(&comparison_);
  sorted_.setSortRole(ComparisonModel::kSortRole);
  auto* splitter = new QSplitter(Qt::Vertical);
  splitter->setObjectName(QStringLiteral("results-splitter"));
  splitter->addWidget(make_table());
  splitter->addWidget(make_views());
  splitter->setStretchFactor(0, 2);
  splitter->setStretchFactor(1, 3);
  splitter->setChildrenCollapsible(false);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(splitter);
  connect(&selection_, &Selection::changed, this, [this] {
    show_rows();
    show_view();
  });
  list_baselines();
}

// Before the models that the widgets show.
ResultsPanel::~ResultsPanel() {
  delete table_;
  for (ResultView* view : views_) delete view;
}

QWidget* ResultsPanel::make_table() {
  baseline_ = new QComboBox;
  baseline_->setObjectName(QStringLiteral("baseline"));
  baseline_->setAccessibleName(tr("Baseline that the others are compared with"));
  baseline_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  connect(baseline_, &QComboBox::activated, this, [this](int chosen) {
    selection_.set_baseline(chosen == 0 ? std::string()
                                        : baseline_->itemText(chosen).toStdString());
  });
  auto* label = new QLabel(tr("&Baseline:"));
  label->setBuddy(baseline_);
  auto* row = new QHBoxLayout;
  row->addWidget(label);
  row->addWidget(baseline_);
  row->addStretch();

  table_ = new QTableView;
  style_table(*table_, "comparison", tr("Comparison of the strategies"));
  table_->setModel(&sorted_);
  sort_rows(*table_);
  names_ = new FrozenColumn(*table_, tr("Strategies of the comparison"));
  // Not the current row: a table has one as soon as it has the keyboard.
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
    const QModelIndexList rows = table_->selectionModel()->selectedRows();
    const QModelIndex name = rows.isEmpty() ? QModelIndex() : sorted_.mapToSource(rows.front());
    selection_.select(name.data(ComparisonModel::kSortRole).toString().toStdString());
  });

  auto* box = new QWidget;
  auto* layout = new QVBoxLayout(box);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addLayout(row);
  layout->addWidget(table_, 1);
  return box;
}

QWidget* ResultsPanel::make_views() {
  tabs_ = new QTabWidget;
  tabs_->setObjectName(QStringLiteral("tabs"));
  add(new LatencyView);
  add(new DistributionView);
  auto* timeline = new TimelineView(selection_);
  add(timeline);
  add(new FrontierView);
  add(new OverheadView);
  add(new EvidenceView(selection_));
  add(new HeatView(looks_, selection_));
  auto* travel = new MomentView(looks_, selection_);
  add(travel);
  connect(&selection_, &Selection::moment_asked, this, [this, timeline, travel] {
    const bool can_look = looks_.scenario() != nullptr;
    show_tab(tabs_->indexOf(can_look ? static_cast<QWidget*>(travel) : timeline));
  });
  notes_ = new QPlainTextEdit;
  notes_->setObjectName(QStringLiteral("notes"));
  notes_->setAccessibleName(tr("Notes"));
  notes_->setReadOnly(true);
  notes_->setFrameShape(QFrame::NoFrame);
  tabs_->addTab(notes_, tr("&Notes"));
  // Only what is seen is drawn.
  connect(tabs_, &QTabWidget::currentChanged, this, &ResultsPanel::show_view);
  measured_ = new MeasuredRange(selection_);
  auto* box = new QWidget;
  auto* layout = new QVBoxLayout(box);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(measured_);
  layout->addWidget(tabs_, 1);
  return box;
}

void ResultsPanel::add(ResultView* view) {
  views_.push_back(view);
  tabs_->addTab(view, view->caption());
  connect(view, &ResultView::redraw_asked, this, &ResultsPanel::show_view);
}

void ResultsPanel::begin(const std::vector<std::string>& names,
                         std::shared_ptr<const Scenario> scenario) {
  looks_.set_scenario(scenario);
  measured_->begin(std::move(scenario));
  show_candidates(names);
}

void ResultsPanel::show_candidates(const std::vector<std::string>& names) {
  comparison_.begin(names);
  // Who was selected still is, if it is there again.
  const QModelIndexList same =
      sorted_.match(sorted_.index(0, 0), ComparisonModel::kSortRole,
                    QString::fromStdString(selection_.selected()), 1, Qt::MatchExactly);
  if (!same.isEmpty()) table_->selectRow(same.front().row());
  selection_.forget_cursor();
  runs_.clear();
  notes_->clear();
  list_baselines();
}

void ResultsPanel::set(std::size_t candidate, const CandidateReport& report) {
  comparison_.set(candidate, report);
  measured_->set(report);
  for (int i = 0; i < comparison_.columnCount(); ++i) {
    table_->setColumnHidden(i, !comparison_.has_figures(i));
  }
  show_rows();
  show_view();
}

void ResultsPanel::add_report(const Report& report, const std::string& prefix) {
  std::vector<CandidateReport> all = comparison_.reports();
  const bool first = all.empty();
  for (const CandidateReport& candidate : report.candidates) {
    all.push_back(candidate);
    if (!first) all.back().name = prefix + candidate.name;
  }
  std::vector<std::string> names;
  for (const CandidateReport& one : all) names.push_back(one.name);
  std::set<std::string> different(names.begin(), names.end());
  if (different.size() < names.size()) {
    throw InputError(prefix + " its candidates are shown already");
  }
  std::vector<Report> runs = runs_;
  runs.push_back(report);
  show_candidates(names);
  for (std::size_t i = 0; i < all.size(); ++i) set(i, all[i]);
  set_runs(std::move(runs));
}

void ResultsPanel::set_runs(std::vector<Report> runs) {
  runs_ = std::move(runs);
  QStringList list;
  const bool differ = std::ranges::any_of(
      runs_, [&](const Report& run) { return run.replications != runs_.front().replications; });
  if (differ) {
    list << tr(
        "These reports have different numbers of repetitions, and counts (own write missed, "
        "went back, lost updates …) are sums over all of them: such counts can't be compared "
        "from one report to the other.");
  }
  for (Report& run : runs_) {
    run.candidates.clear();
    for (const std::string& note : run.notes) list << QString::fromStdString(note);
  }
  notes_->setPlainText(list.isEmpty() ? tr("Nothing was missing or invented.")
                                      : list.join(QStringLiteral("\n\n")));
}

void ResultsPanel::list_baselines() {
  baseline_->clear();
  baseline_->addItem(tr("none"));
  for (int row = 0; row < comparison_.rowCount(); ++row) {
    baseline_->addItem(comparison_.index(row, 0).data(ComparisonModel::kSortRole).toString());
  }
  const int chosen = baseline_->findText(QString::fromStdString(selection_.baseline()));
  baseline_->setCurrentIndex(selection_.baseline().empty() ? 0 : std::max(0, chosen));
}

// Higher where the changes take a second line.
void ResultsPanel::show_rows() {
  const int lines = comparison_.baseline() == nullptr ? 1 : 2;
  table_->verticalHeader()->setDefaultSectionSize(
      kRowHeight + (lines - 1) * table_->fontMetrics().lineSpacing());
  names_->take_row_height();
}

Shown ResultsPanel::shown() const {
  const auto& reports = comparison_.reports();
  Shown shown;
  shown.reports = reports;
  const auto place = [&](const std::string& name) {
    const auto found = std::ranges::find(reports, name, &CandidateReport::name);
    return found == reports.end() ? -1 : static_cast<int>(found - reports.begin());
  };
  for (const CandidateReport& one : reports) shown.colours.push_back(selection_.colour(one.name));
  shown.selected = place(selection_.selected());
  shown.baseline = place(selection_.baseline());
  return shown;
}

void ResultsPanel::show_view() {
  const Shown all = shown();
  for (ResultView* view : views_) {
    if (view == tabs_->currentWidget()) view->show_results(all);
  }
}

void ResultsPanel::show_tab(int tab) {
  tabs_->setCurrentIndex(tab);
  auto* view = qobject_cast<ResultView*>(tabs_->currentWidget());
  (view == nullptr ? *tabs_->currentWidget() : view->keyboard_target()).setFocus();
}

ResultView& ResultsPanel::view_in_sight(const QString& path) const {
  for (ResultView* view : views_) {
    if (view == tabs_->currentWidget()) return *view;
  }
  throw InputError(path.toStdString() + ": choose a view with a chart or a table first");
}

void ResultsPanel::save_picture(const QString& path) {
  view_in_sight(path).save_picture(path);
}

void ResultsPanel::save_table(const QString& path) {
  const auto csv = view_in_sight(path).table_csv();
  if (!csv) throw InputError(path.toStdString() + ": what is in sight has no table to write");
  save_text(path, *csv);
}

void ResultsPanel::save_comparison(const QString& path) {
  if (comparison_.reports().empty()) {
    throw InputError(path.toStdString() + ": there are no figures to write yet");
  }
  Report report;
  report.candidates = comparison_.reports();
  save_text(path, to_csv(report));
}

void ResultsPanel::save_page(const QString& path, const QString& title, const QString& command) {
  const Shown all = shown();
  if (all.reports.empty()) {
    throw InputError(path.toStdString() + ": there are no figures to write yet");
  }
  HtmlInput input;
  input.title = title;
  input.runs = runs_;
  input.candidates = comparison_.reports();
  input.colours = all.colours;
  input.selected = all.selected;
  input.baseline = all.baseline;
  input.command = command;
  save_text(path, html_report(input).toStdString());
}

// Colours of series are chosen for what is behind them, once all widgets know what that is.
void ResultsPanel::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && tabs_ != nullptr) {
    QMetaObject::invokeMethod(this, &ResultsPanel::show_view, Qt::QueuedConnection);
  }
}

}  // namespace switchyard::gui
