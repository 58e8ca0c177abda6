// The window as a user handles it: opened, run, sorted, undone, cancelled.
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QSplitter>
#include <QStandardPaths>
#include <QTableView>
#include <QtCharts/QLineSeries>

#include "gui/chart_view.h"
#include "gui/main_window.h"
#include "gui/rate_strip.h"
#include "gui/recent_files.h"
#include "gui/timeline_view.h"
#include "gui_test.h"

namespace switchyard::gui::testing {

constexpr int kPatience = 60'000;

class WindowTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void a_scenario_is_run_and_its_figures_are_those_of_the_library();
  void a_click_on_a_heading_sorts_and_a_row_is_shown_stronger();
  void names_stay_in_sight_when_figures_are_scrolled();
  void a_change_is_undone_by_the_keyboard();
  void what_is_only_looked_at_is_not_changed();
  void the_layout_is_as_it_was_left();
  void a_set_up_that_is_left_unsaved_is_kept_and_offered();
  void figures_of_an_earlier_set_up_are_said_to_be_that();
  void the_keyboard_and_sorting_select_nothing();
  void only_reports_open_beside_one_another();
  void a_run_is_cancelled_at_once_and_another_can_follow();
  void a_dropped_file_is_opened_and_what_is_wrong_with_it_shown();
  void a_chart_zooms_by_wheel_and_is_exported();
  void all_figures_are_measured_anew_for_what_is_in_sight();
  void a_stretch_is_brushed_on_the_strip_and_on_the_chart_and_all_follows();
};

void WindowTest::init() {
  QStandardPaths::setTestModeEnabled(true);
  QSettings().clear();
}

bool runs_to_its_end(MainWindow& window, const QString& path) {
  const QSignalSpy finished(&window.runs(), &RunController::finished);
  window.open(path);
  return QTest::qWaitFor([&] { return finished.size() == 1; }, kPatience);
}

void WindowTest::a_scenario_is_run_and_its_figures_are_those_of_the_library() {
  const Files files;
  MainWindow window;
  show(window);
  const QSignalSpy finished(&window.runs(), &RunController::finished);
  window.open(files.scenario());
  QVERIFY(find<QPushButton>(window, "cancel").isEnabled());
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
  QVERIFY(!find<QPushButton>(window, "cancel").isEnabled());

  const Scenario scenario = load_scenario(files.scenario().toStdString());
  CompareControl control;
  const Report report = compare(scenario, control);
  const auto& shown = window.results().comparison().reports();
  QCOMPARE(shown.size(), report.candidates.size());
  for (std::size_t i = 0; i < shown.size(); ++i) {
    QCOMPARE(shown[i].fingerprint, report.candidates[i].fingerprint);
  }
  const QAbstractItemModel& table = *find<QTableView>(window, "comparison").model();
  QCOMPARE(table.rowCount(), 3);
  QCOMPARE(table.index(0, 0).data().toString(), QStringLiteral("MasterSlave"));
  QVERIFY(!table.index(2, 1).data().toString().isEmpty());
  const auto& chart = find<ChartView>(window, "latency");
  QCOMPARE(chart.lines().size(), std::size_t{3});
  QCOMPARE(chart.lines()[1].points.size(), report.candidates[1].latency_curve.size());
}

void WindowTest::a_click_on_a_heading_sorts_and_a_row_is_shown_stronger() {
  const Files files;
  MainWindow window;
  show(window);
  QVERIFY(runs_to_its_end(window, files.scenario()));
  auto& table = find<QTableView>(window, "comparison");
  const auto means = [&] {
    std::vector<double> list;
    for (int row = 0; row < table.model()->rowCount(); ++row) {
      list.push_back(table.model()->index(row, 1).data(ComparisonModel::kSortRole).toDouble());
    }
    return list;
  };
  QHeaderView& heading = *table.horizontalHeader();
  const auto click = [&] {
    const QPoint at(heading.sectionViewportPosition(1) + 8, heading.height() / 2);
    QTest::mouseClick(heading.viewport(), Qt::LeftButton, {}, at);
  };
  click();
  QVERIFY(std::ranges::is_sorted(means()) || std::ranges::is_sorted(means(), std::greater()));
  const bool rises = std::ranges::is_sorted(means());
  click();
  QVERIFY(rises ? std::ranges::is_sorted(means(), std::greater())
                : std::ranges::is_sorted(means()));

  table.setFocus();
  QTest::mouseClick(table.viewport(), Qt::LeftButton, {},
                    table.visualRect(table.model()->index(0, 0)).center());
  const QString chosen = table.model()->index(0, 0).data().toString();
  const QList<QAbstractSeries*> series = find<ChartView>(window, "latency").chart()->series();
  QCOMPARE(series.size(), 3);
  for (QAbstractSeries* one : series) {
    const double width = qobject_cast<QXYSeries*>(one)->pen().widthF();
    QCOMPARE(width > 2, one->name() == chosen);
  }
}

void WindowTest::names_stay_in_sight_when_figures_are_scrolled() {
  const Files files;
  MainWindow window;
  window.resize(900, 700);
  show(window);
  QVERIFY(runs_to_its_end(window, files.scenario()));
  auto& table = find<QTableView>(window, "comparison");
  auto& names = find<QTableView>(window, "comparison-frozen");
  const auto lies_over = [&] {
    const QPoint corner = names.mapTo(&table, QPoint());
    return corner == table.horizontalHeader()->geometry().topLeft() &&
           names.width() == table.columnWidth(0) && names.rowHeight(0) == table.rowHeight(0) &&
           names.rowViewportPosition(1) == table.rowViewportPosition(1);
  };
  QTRY_VERIFY(table.horizontalScrollBar()->maximum() > 0);
  QVERIFY(lies_over());
  table.horizontalScrollBar()->setValue(table.horizontalScrollBar()->maximum());
  QVERIFY(table.columnViewportPosition(0) < 0);
  QVERIFY(lies_over());
  const QModelIndex second = names.indexAt({names.width() / 2, names.rowViewportPosition(1) + 4});
  QCOMPARE(second.data().toString(), table.model()->index(1, 0).data().toString());
  QTest::mouseClick(names.viewport(), Qt::LeftButton, {}, names.visualRect(second).center());
  QCOMPARE(table.selectionModel()->selectedRows().value(0).row(), 1);
  QCOMPARE(window.results().selection().selected(), second.data().toString().toStdString());

  // What the keyboard leads to comes out from below.
  table.setFocus();
  table.setCurrentIndex(table.model()->index(1, 3));
  for (int column = 2; column > 0; --column) {
    QTest::keyClick(&table, Qt::Key_Left);
    QCOMPARE(table.currentIndex().column(), column);
    QVERIFY(table.visualRect(table.currentIndex()).left() >= names.width());
  }

  QHeaderView& heading = *names.horizontalHeader();
  const auto all_names = [&] {
    QStringList list;
    for (int row = 0; row < 3; ++row) list << table.model()->index(row, 0).data().toString();
    return list;
  };
  QStringList sorted = all_names();
  sorted.sort();
  QTest::mouseClick(heading.viewport(), Qt::LeftButton, {}, {8, heading.height() / 2});
  QVERIFY(all_names() == sorted || all_names() == QStringList(sorted.rbegin(), sorted.rend()));
  QCOMPARE(table.horizontalHeader()->sortIndicatorSection(), 0);
  table.sortByColumn(1, Qt::AscendingOrder);
  QCOMPARE(heading.sortIndicatorSection(), 1);

  // Changes against a baseline take a second line.
  window.results().selection().set_baseline("MasterSlave");
  QVERIFY(lies_over());
}

void WindowTest::a_change_is_undone_by_the_keyboard() {
  const Files files;
  MainWindow window;
  show(window);
  window.open(files.scenario());
  auto& seed = shown<QSpinBox>(window, "seed");
  seed.setFocus();
  seed.selectAll();
  QTest::keyClicks(&seed, QStringLiteral("42"));
  QTest::keyClick(&seed, Qt::Key_Return);
  QCOMPARE(window.document().scenario().seed, std::uint64_t{42});
  QVERIFY(find<QLineEdit>(window, "command").text().endsWith(QStringLiteral("--seed 42")));
  auto& loop = find<QComboBox>(window, "loop");
  loop.setFocus();
  QTest::keyClick(&loop, Qt::Key_Up);
  QVERIFY(window.document().scenario().workload.loop == LoopMode::kSession);
  window.document().undo_stack().undo();
  QVERIFY(window.document().scenario().workload.loop == LoopMode::kOpen);
  QCOMPARE(loop.currentText(), QStringLiteral("open"));
  find<QTableView>(window, "comparison").setFocus();
  QTest::keySequence(&window, QKeySequence::Undo);
  QCOMPARE(window.document().scenario().seed, std::uint64_t{7});
  QCOMPARE(seed.value(), 7);
}

void WindowTest::what_is_only_looked_at_is_not_changed() {
  const Files files;
  MainWindow window;
  show(window);
  window.open(files.scenario());
  // More than the fields can show.
  window.document().edit(QString(), [](Scenario& scenario) {
    scenario.seed = 123'456'789'012;
    scenario.workload.speed = 1.23456;
  });
  const Scenario before = window.document().scenario();
  for (const char* name :
       {"speed", "seed", "replications", "loop", "warmup", "search", "from", "to"}) {
    shown<QWidget>(window, name).setFocus();
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
  }
  find<QTableView>(window, "comparison").setFocus();
  QVERIFY(window.document().scenario() == before);
}

void WindowTest::the_layout_is_as_it_was_left() {
  const Files files;
  // What the first of two neighbours has of their room; its pixels depend on what else there is.
  const auto share = [](MainWindow& window, const char* splitter) {
    const QList<int> sizes = find<QSplitter>(window, splitter).sizes();
    return static_cast<double>(sizes[0]) / (sizes[0] + sizes[1]);
  };
  {
    MainWindow window;
    show(window);
    QVERIFY(runs_to_its_end(window, files.scenario()));
    window.resize(1111, 777);
    find<QTabWidget>(window, "setup").setCurrentIndex(2);
    window.results().tabs().setCurrentIndex(3);
    find<QSplitter>(window, "splitter").setSizes({500, 600});
    find<QSplitter>(window, "results-splitter").setSizes({1, 1000});
    QTRY_VERIFY(share(window, "results-splitter") < 0.35);
    window.close();
  }
  MainWindow again;
  show(again);
  QVERIFY(runs_to_its_end(again, files.scenario()));
  QCOMPARE(again.size(), QSize(1111, 777));
  QCOMPARE(find<QTabWidget>(again, "setup").currentIndex(), 2);
  QCOMPARE(again.results().tabs().currentIndex(), 3);
  QTRY_VERIFY(std::abs(share(again, "splitter") - 500.0 / 1100) < 0.02);
  // Else it is two fifths.
  QTRY_VERIFY(share(again, "results-splitter") < 0.35);
}

void WindowTest::a_set_up_that_is_left_unsaved_is_kept_and_offered() {
  const Files files;
  QFile::remove(unsaved_file());
  {
    MainWindow window;
    window.open(files.scenario());
    window.close();
    QVERIFY(!QFile::exists(unsaved_file()));
  }
  Scenario left;
  {
    MainWindow window;
    window.open(files.scenario());
    window.document().edit(QString(), [](Scenario& s) { s.cluster.nodes[1].workers = 3; });
    left = window.document().scenario();
    window.close();
  }
  MainWindow again;
  show(again);
  auto& list = find<QListWidget>(again, "files");
  QCOMPARE(list.currentItem()->data(Qt::UserRole).toString(), unsaved_file());
  QVERIFY(list.currentItem()->text().contains(QStringLiteral("Set up from small.toml")));
  QTest::keyClick(&list, Qt::Key_Return);
  QTRY_VERIFY_WITH_TIMEOUT(!again.runs().is_running(), kPatience);
  QVERIFY(again.document().scenario().cluster == left.cluster);
  QVERIFY(again.document().scenario().candidates == left.candidates);
  again.close();
  QFile::remove(unsaved_file());
}

void WindowTest::figures_of_an_earlier_set_up_are_said_to_be_that() {
  const Files files;
  MainWindow window;
  show(window);
  QVERIFY(runs_to_its_end(window, files.scenario()));
  auto& outdated = find<QLabel>(window, "outdated");
  QVERIFY(!outdated.isVisible());
  window.document().edit(QString(), [](Scenario& s) { s.cluster.nodes[1].workers = 3; });
  QVERIFY(outdated.isVisible());
  window.document().undo_stack().undo();
  QVERIFY(!outdated.isVisible());
  window.document().undo_stack().redo();
  const QSignalSpy finished(&window.runs(), &RunController::finished);
  QTest::keySequence(&window, QKeySequence(QStringLiteral("Ctrl+R")));
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
  QVERIFY(!outdated.isVisible());
  // Another scenario has no figures until it has run.
  window.open(files.scenario());
  QVERIFY(window.results().comparison().reports().empty());
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, kPatience);
}

void WindowTest::the_keyboard_and_sorting_select_nothing() {
  const Files files;
  MainWindow window;
  show(window);
  QVERIFY(runs_to_its_end(window, files.scenario()));
  auto& table = find<QTableView>(window, "comparison");
  const Selection& selection = window.results().selection();
  table.setFocus(Qt::TabFocusReason);
  QHeaderView& heading = *table.horizontalHeader();
  QTest::mouseClick(heading.viewport(), Qt::LeftButton, {},
                    {heading.sectionViewportPosition(2) + 8, heading.height() / 2});
  QVERIFY(selection.selected().empty());
  const QPoint row = table.visualRect(table.model()->index(1, 0)).center();
  QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, row);
  const std::string selected = selection.selected();
  QVERIFY(!selected.empty());
  // And stays selected through another run.
  const QSignalSpy finished(&window.runs(), &RunController::finished);
  window.run();
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
  QCOMPARE(selection.selected(), selected);
  const QModelIndexList rows = table.selectionModel()->selectedRows();
  QCOMPARE(rows.size(), 1);
  QCOMPARE(rows.front().data(ComparisonModel::kSortRole).toString().toStdString(), selected);
  QTest::mouseClick(table.viewport(), Qt::LeftButton, Qt::ControlModifier,
                    table.visualRect(rows.front()).center());
  QVERIFY(selection.selected().empty());
}

void WindowTest::only_reports_open_beside_one_another() {
  const Files files;
  MainWindow window;
  show(window);
  window.open_all({files.scenario(), files.scenario()});
  QVERIFY(find<QLabel>(window, "error").text().contains(QStringLiteral("one at a time")));
}

void WindowTest::a_run_is_cancelled_at_once_and_another_can_follow() {
  const Files long_run(3'000'000);
  const Files files;
  MainWindow window;
  show(window);
  const QSignalSpy finished(&window.runs(), &RunController::finished);
  const QSignalSpy cancelled(&window.runs(), &RunController::cancelled);
  window.open(long_run.scenario());
  QVERIFY(window.runs().is_running());
  QTest::keyClick(&window, Qt::Key_Escape);
  QCOMPARE(cancelled.size(), 1);
  QVERIFY(!window.runs().is_running());
  QVERIFY(!find<QPushButton>(window, "cancel").isEnabled());
  window.open(files.scenario());
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
  QCOMPARE(window.results().comparison().reports().size(), std::size_t{3});
  QCOMPARE(window.results().comparison().reports()[0].completed, std::uint64_t{20'000});
}

void WindowTest::a_dropped_file_is_opened_and_what_is_wrong_with_it_shown() {
  const Files files;
  files.write(QStringLiteral("bad.toml"), QStringLiteral("seed = 1\n"));
  MainWindow window;
  show(window);
  const auto drop = [&](const QString& path) {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    QDragEnterEvent enter(QPoint(9, 9), Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(&window, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(9, 9), Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(&window, &event);
  };
  const auto& error = find<QLabel>(window, "start-error");
  drop(files.path(QStringLiteral("bad.toml")));
  QVERIFY(error.isVisible());
  QVERIFY(error.text().contains(QStringLiteral("bad.toml:1:1: workload is missing")));
  QVERIFY(window.document().is_empty());
  const QSignalSpy finished(&window.runs(), &RunController::finished);
  drop(files.scenario());
  QVERIFY(!error.isVisible());
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
}

void WindowTest::a_chart_zooms_by_wheel_and_is_exported() {
  const Files files;
  MainWindow window;
  show(window);
  QVERIFY(runs_to_its_end(window, files.scenario()));
  auto& chart = find<ChartView>(window, "latency");
  const double whole = chart.to() - chart.from();
  const QPointF middle = chart.rect().center();
  QWheelEvent wheel(middle, chart.mapToGlobal(middle), {}, QPoint(0, 240), Qt::NoButton, {},
                    Qt::NoScrollPhase, false);
  QCoreApplication::sendEvent(chart.viewport(), &wheel);
  QVERIFY(chart.to() - chart.from() < 0.9 * whole);
  QTest::keyClick(&chart, Qt::Key_0);
  QCOMPARE(chart.to() - chart.from(), whole);
  QVERIFY(chart.values_at(1).startsWith(QStringLiteral("p90\nMasterSlave: ")));
  QCOMPARE(chart.values_at(-1), QString());

  const QString png = files.path(QStringLiteral("chart.png"));
  window.results().save_picture(png);
  const QImage image(png);
  QCOMPARE(image.size(), chart.size() * 2);
  int coloured = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) coloured += image.pixelColor(x, y) == QColor("#0072b2");
  }
  QVERIFY2(coloured > 500, "the first candidate's line is not in the picture");
  const QString svg = files.path(QStringLiteral("chart.svg"));
  window.results().save_picture(svg);
  QVERIFY(QFileInfo(svg).size() > 10'000);
}

void WindowTest::all_figures_are_measured_anew_for_what_is_in_sight() {
  const Files files;
  MainWindow window;
  show(window);
  QVERIFY(runs_to_its_end(window, files.scenario()));
  ResultsPanel& results = window.results();
  results.tabs().setCurrentIndex(2);
  auto* timeline = qobject_cast<TimelineView*>(results.tabs().currentWidget());
  QVERIFY(timeline != nullptr);
  ChartView& chart = timeline->chart();
  chart.zoom(0.25, (chart.from() + chart.to()) / 2);
  const auto from = std::llround(chart.from());
  const auto to = std::llround(chart.to());
  QVERIFY(from > 0);
  const std::uint64_t all = results.comparison().reports().front().completed;
  const QSignalSpy finished(&window.runs(), &RunController::finished);
  QTest::mouseClick(&find<QPushButton>(window, "measure-in-sight"), Qt::LeftButton);
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);

  Scenario scenario = load_scenario(files.scenario().toStdString());
  scenario.run.warmup_ns = from;
  scenario.run.measure_until_ns = to;
  CompareControl control;
  const Report report = compare(scenario, control);
  for (std::size_t i = 0; i < report.candidates.size(); ++i) {
    QCOMPARE(results.comparison().reports()[i].fingerprint, report.candidates[i].fingerprint);
  }
  QVERIFY(report.candidates.front().completed < all / 2);
  QVERIFY(window.document().command().contains(QStringLiteral("--measure-until")));

  QTest::mouseClick(&find<QPushButton>(window, "measure-all"), Qt::LeftButton);
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, kPatience);
  QCOMPARE(results.comparison().reports().front().completed, all);
}

void WindowTest::a_stretch_is_brushed_on_the_strip_and_on_the_chart_and_all_follows() {
  const Files files;
  MainWindow window;
  show(window);
  QVERIFY(runs_to_its_end(window, files.scenario()));
  ResultsPanel& results = window.results();
  const std::uint64_t all = results.comparison().reports().front().completed;
  const QSignalSpy finished(&window.runs(), &RunController::finished);
  const auto drag = [](QWidget& widget, QPoint from, QPoint to, Qt::KeyboardModifiers keys) {
    QTest::mousePress(&widget, Qt::LeftButton, keys, from);
    QTest::mouseMove(&widget, (from + to) / 2);
    QTest::mouseMove(&widget, to);
    QTest::mouseRelease(&widget, Qt::LeftButton, keys, to);
  };

  auto& strip = find<RateStrip>(window, "measured-strip");
  QVERIFY(strip.isVisible());
  const auto middle = [&](Nanoseconds moment) {
    return QPoint(static_cast<int>(std::lround(strip.x_of(moment))), strip.height() / 3);
  };
  drag(strip, middle(kSecond), middle(3 * kSecond), Qt::NoModifier);
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
  const RunSpec& run = window.document().scenario().run;
  // To the pixel.
  QVERIFY(std::abs(run.warmup_ns.value() - kSecond) < 50 * kMillisecond);
  QVERIFY(std::abs(run.measure_until_ns - 3 * kSecond) < 50 * kMillisecond);
  const CandidateReport& first = results.comparison().reports().front();
  QVERIFY(first.completed < all / 2);
  std::uint64_t arrivals = 0;
  for (const SeriesPoint& point : first.series) arrivals += point.arrivals;
  QCOMPARE(arrivals, first.completed);
  const QString words = find<QLabel>(window, "measured-range").text();
  QVERIFY2(words.startsWith(QStringLiteral("figures of 1")), qPrintable(words));

  // What was there outside is still seen, so that another stretch can be chosen: to its end.
  drag(strip, middle(4 * kSecond), QPoint(strip.width() - 1, strip.height() / 3), Qt::NoModifier);
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, kPatience);
  QVERIFY(std::abs(run.warmup_ns.value() - 4 * kSecond) < 50 * kMillisecond);
  QCOMPARE(run.measure_until_ns, kNever);

  window.document().undo_stack().undo();
  QVERIFY(std::abs(run.measure_until_ns - 3 * kSecond) < 50 * kMillisecond);
  QTest::mouseClick(&find<QPushButton>(window, "measure-all"), Qt::LeftButton);
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 3, kPatience);
  QCOMPARE(results.comparison().reports().front().completed, all);

  results.tabs().setCurrentIndex(2);
  ChartView& chart = qobject_cast<TimelineView*>(results.tabs().currentWidget())->chart();
  QTRY_VERIFY(chart.chart()->plotArea().width() > 200);
  const QRectF area = chart.chart()->plotArea();
  const auto at = [&](double share) {
    return QPointF(area.left() + share * area.width(), area.center().y()).toPoint();
  };
  const double span = chart.to() - chart.from();
  drag(*chart.viewport(), at(0.5), at(0.25), Qt::ShiftModifier);
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 4, kPatience);
  const double pixel = span / area.width();
  QVERIFY(std::abs(static_cast<double>(run.warmup_ns.value()) - 0.25 * span) < 2 * pixel);
  QVERIFY(std::abs(static_cast<double>(run.measure_until_ns) - 0.5 * span) < 2 * pixel);
  // Without Shift, dragging moves what is in sight.
  drag(*chart.viewport(), at(0.5), at(0.25), Qt::NoModifier);
  QVERIFY(!window.runs().is_running());
}

}  // namespace switchyard::gui::testing

QTEST_MAIN(switchyard::gui::testing::WindowTest)
#include "window_test.moc"
