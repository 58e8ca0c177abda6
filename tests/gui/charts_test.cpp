// Charts and tables of results, without a run: what they draw, name, write and hold.
#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QGraphicsTextItem>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QtCharts/QLineSeries>

#include <cmath>
#include <random>

#include "core/error.h"
#include "gui/bar_chart.h"
#include "gui/chart_labels.h"
#include "gui/envelope.h"
#include "gui/evidence_view.h"
#include "gui/frontier_view.h"
#include "gui/heat_view.h"
#include "gui/main_window.h"
#include "gui/moment_view.h"
#include "gui/palette.h"
#include "gui_test.h"
#include "measure/report_writers.h"

namespace switchyard::gui::testing {
namespace {

std::vector<QPointF> noise(std::size_t count) {
  std::mt19937 random(7);
  std::vector<QPointF> points;
  for (std::size_t i = 0; i < count; ++i) {
    points.emplace_back(static_cast<double>(i), static_cast<double>(random() % 100'000));
  }
  return points;
}

CandidateReport candidate(const std::string& name, std::int64_t p99_ns, std::uint64_t stale) {
  CandidateReport one;
  one.name = name;
  one.routers = {"round_robin"};
  one.fingerprint = "0123456789abcdef";
  one.completed = 1000;
  one.latency.p99 = p99_ns;
  one.latency_curve = {{0.5, p99_ns / 2}, {0.99, p99_ns}, {1, 2 * p99_ns}};
  one.nodes.resize(1);
  one.nodes[0].name = "default";
  one.overhead.mean_ns = 12.5;
  one.bucket_ns = 1'000'000;
  for (std::int64_t i = 0; i < 10; ++i) {
    SeriesPoint point;
    point.arrivals = 100;
    point.latency_p50_ns = p99_ns / 2;
    point.latency_p99_ns = p99_ns + i;
    point.queue_per_node = {1};
    point.lag_ns_per_node = {0};
    one.series.push_back(point);
  }
  one.staleness.emplace();
  one.staleness->reads_checked = 1000;
  one.staleness->stale_reads = stale;
  return one;
}

Report report() {
  Report all;
  all.candidates = {candidate("fresh", 9'000'000, 0), candidate("quick", 1'000'000, 300),
                    candidate("<neither>", 9'500'000, 400)};
  return all;
}

Shown all_of(const Report& report) {
  Shown shown;
  shown.reports = report.candidates;
  for (int i = 0; i < static_cast<int>(report.candidates.size()); ++i) shown.colours.push_back(i);
  return shown;
}

}  // namespace

class ChartsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void an_envelope_keeps_what_each_column_of_pixels_shows();
  void an_envelope_of_few_points_is_those();
  void a_line_of_a_million_points_is_drawn_from_few_and_anew_when_zoomed();
  void names_are_pushed_apart_and_stay_inside();
  void names_beside_points_cover_nothing();
  void the_name_of_the_selected_line_is_whole();
  void the_frontier_shows_who_is_never_stale_and_whom_nobody_beats();
  void evidence_sorts_and_a_row_moves_the_cursor();
  void reports_are_opened_and_the_second_can_be_the_baseline();
  void a_broken_report_is_told_and_nothing_crashes();
  void every_view_is_exported_whole_or_not_at_all();
  void a_click_holds_the_moment_and_arrows_move_it();
  void no_time_has_a_mark_of_its_own_and_nobody_asking_is_no_latency();
  void a_name_is_read_as_it_is_beside_bars();
  void dark_is_remembered_and_black_turns_white();
};

void ChartsTest::init() {
  QStandardPaths::setTestModeEnabled(true);
  QSettings().clear();
}

void ChartsTest::an_envelope_keeps_what_each_column_of_pixels_shows() {
  const auto points = noise(1'000'000);
  const double from = 1234.5;
  const double to = 900'001.5;
  constexpr std::size_t kColumns = 700;
  const auto kept = envelope(points, from, to, kColumns);
  QVERIFY(kept.size() <= 4 * kColumns + 2);
  QCOMPARE(kept.front(), points[1234]);
  QCOMPARE(kept.back(), points[900'002]);
  QVERIFY(std::ranges::is_sorted(kept, {}, [](QPointF p) { return p.x(); }));
  const double width = (to - from) / kColumns;
  const auto in_column = [&](const std::vector<QPointF>& all, std::size_t i) {
    std::vector<QPointF> inside;
    const auto begin = std::ranges::lower_bound(all, from + static_cast<double>(i) * width, {},
                                                [](QPointF p) { return p.x(); });
    for (auto p = begin; p != all.end() && p->x() < from + static_cast<double>(i + 1) * width;
         ++p) {
      inside.push_back(*p);
    }
    return inside;
  };
  const auto y = [](QPointF p) { return p.y(); };
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto before = in_column(points, i);
    const auto after = in_column(kept, i);
    QVERIFY(!after.empty());
    QCOMPARE(after.front(), before.front());
    QCOMPARE(after.back(), before.back());
    QCOMPARE(std::ranges::max(after, {}, y).y(), std::ranges::max(before, {}, y).y());
    QCOMPARE(std::ranges::min(after, {}, y).y(), std::ranges::min(before, {}, y).y());
  }
}

void ChartsTest::an_envelope_of_few_points_is_those() {
  const auto points = noise(100);
  QVERIFY(envelope(points, 0, 99, 10) == points);
  // With the neighbours of what is in sight.
  QCOMPARE(envelope(points, 10.5, 12.5, 10).size(), std::size_t{4});
  QVERIFY(envelope({}, 0, 1, 10).empty());
}

void ChartsTest::a_line_of_a_million_points_is_drawn_from_few_and_anew_when_zoomed() {
  ChartView chart;
  chart.resize(800, 400);
  chart.show();
  const Axis x{QStringLiteral("x"), 0, 999'999, count_ticks, {}};
  const Axis y{QStringLiteral("y"), 0, 100'000, count_ticks, {}};
  chart.show_lines({Line{QStringLiteral("noise"), Qt::blue, noise(1'000'000)}}, x, y, -1);
  QTRY_VERIFY(chart.drawn(0).size() > 1000 && chart.drawn(0).size() < 4000);
  chart.zoom(0.001, 500'000);
  // All of the thousand in sight, no longer those of the whole.
  QVERIFY(chart.drawn(0).size() >= 1000 && chart.drawn(0).size() <= 1004);
}

void ChartsTest::names_are_pushed_apart_and_stay_inside() {
  const std::vector<double> wanted = {50, 52, 300, 51, 299, 10};
  const auto tops = pushed_apart(wanted, 14, 0, 310);
  std::vector<double> sorted = tops;
  std::ranges::sort(sorted);
  for (std::size_t i = 1; i < sorted.size(); ++i) QVERIFY(sorted[i] - sorted[i - 1] > 13.999);
  QVERIFY(sorted.front() >= 0 && sorted.back() + 14 <= 310.001);
  QCOMPARE(tops[5], 10.0);
  // The three around 51 move as little as they can: the middle one not at all.
  QCOMPARE(tops[3], 51.0);
  QVERIFY(pushed_apart({}, 14, 0, 100).empty());
}

void ChartsTest::names_beside_points_cover_nothing() {
  const std::vector<QPointF> points = {{50, 50}, {52, 52}, {390, 50}, {51, 49}};
  const std::vector<QSizeF> sizes(4, QSizeF(80, 14));
  const QRectF area(0, 0, 400, 300);
  const auto places = placed_beside(points, sizes, area);
  for (std::size_t i = 0; i < places.size(); ++i) {
    QVERIFY(area.contains(places[i]));
    for (std::size_t k = 0; k < i; ++k) QVERIFY(!places[i].intersects(places[k]));
  }
  // A line to the right of a point leaves its left.
  const std::vector<QPointF> one = {{200, 50}};
  const auto beside = placed_beside(one, std::span(sizes).first(1), area, {{199, 49, 180, 2}});
  QVERIFY(beside[0].right() < 200);
  QVERIFY(beside[0].contains({195 - 80, 50}) || beside[0].contains({190, 50}));
}

void ChartsTest::the_name_of_the_selected_line_is_whole() {
  ChartView chart;
  chart.resize(600, 300);
  chart.show();
  const Axis axis{QStringLiteral("x"), 0, 10, count_ticks, {}};
  chart.show_lines({Line{QStringLiteral("least_outstanding, mm"), Qt::blue, {{0, 1}, {10, 5}}}},
                   axis, axis, 0);
  QTRY_COMPARE(chart.label_places().size(), std::size_t{1});
  const QRectF plot = chart.chart()->plotArea();
  QVERIFY(chart.label_places()[0].left() >= plot.right());
  // Within the white that the plot is on, which has a margin of its own.
  QVERIFY(chart.label_places()[0].right() <= chart.chart()->rect().right() - 4);
}

void ChartsTest::the_frontier_shows_who_is_never_stale_and_whom_nobody_beats() {
  const Report all = report();
  FrontierView view;
  view.resize(800, 500);
  view.show();
  view.show_results(all_of(all));
  const auto& lines = view.chart().lines();
  QCOMPARE(lines.size(), std::size_t{4});
  // Never stale: in sight, at the mark of zero.
  const double zero = lines[0].points[0].x();
  QVERIFY(zero > view.chart().from());
  const auto ticks = view.chart().x_axis().ticks(view.chart().from(), view.chart().to());
  QCOMPARE(ticks.front().text, QStringLiteral("0%"));
  QCOMPARE(ticks.front().at, zero);
  // A step from the freshest to the quickest; who is beaten is not on it.
  const auto& front = lines[3].points;
  QCOMPARE(front.size(), std::size_t{3});
  QCOMPARE(front.front(), lines[0].points[0]);
  QCOMPARE(front.back(), lines[1].points[0]);
  // Names leave it free, also that of the freshest, at whose height it goes along.
  const QList<QPointF> drawn = view.chart().drawn(3);
  const auto at = [&](QPointF point) { return view.chart().chart()->mapToPosition(point); };
  for (const QRectF& name : view.chart().label_places()) {
    for (qsizetype i = 1; i < drawn.size(); ++i) {
      const QRectF piece = QRectF(at(drawn[i - 1]), at(drawn[i])).normalized();
      QVERIFY(!name.intersects(piece.adjusted(0, 0, 0.5, 0.5)));
    }
  }
  QVERIFY(view.table_csv()->find("fresh,0,9000000") != std::string::npos);
  // Without keys it says why there is nothing.
  Report blind = report();
  for (auto& one : blind.candidates) one.staleness.reset();
  view.show_results(all_of(blind));
  QVERIFY(find<QLabel>(view, "frontier-empty").isVisible());
}

void ChartsTest::evidence_sorts_and_a_row_moves_the_cursor() {
  Report all = report();
  EvidenceReport late;
  late.kind = "stale_read";
  late.request = 9;
  late.at_ns = 5'000'000;
  EvidenceReport early = late;
  early.request = 10;
  early.key = "a,b";
  early.at_ns = 2'000'000;
  all.candidates[1].evidence = {late, early};
  EvidenceModel model;
  const QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
  model.show(all.candidates[1].evidence);

  Selection selection;
  EvidenceView view(selection);
  view.resize(900, 300);
  view.show();
  Shown shown = all_of(all);
  shown.selected = 1;
  view.show_results(shown);
  auto& table = find<QTableView>(view, "evidence");
  QCOMPARE(table.model()->rowCount(), 2);
  table.sortByColumn(EvidenceModel::kRequest, Qt::DescendingOrder);
  QCOMPARE(table.model()->index(0, EvidenceModel::kTime).data().toString(),
           QStringLiteral("2.00ms"));
  QVERIFY(view.table_csv()->find("\"a,b\"") != std::string::npos);
  const QSignalSpy asked(&selection, &Selection::moment_asked);
  table.setCurrentIndex(table.model()->index(0, 0));
  QTest::keyClick(&table, Qt::Key_Return);
  QCOMPARE(asked.size(), 1);
  QVERIFY(selection.cursor_ns() == 2'000'000);
  QVERIFY(selection.is_locked());
}

void ChartsTest::reports_are_opened_and_the_second_can_be_the_baseline() {
  const Files files;
  const QString now = files.path(QStringLiteral("now.json"));
  const QString old = files.path(QStringLiteral("old.json"));
  files.write(QStringLiteral("now.json"), QString::fromStdString(to_json(report())));
  Report slower = report();
  for (auto& one : slower.candidates) one.latency.p99 *= 2;
  files.write(QStringLiteral("old.json"), QString::fromStdString(to_json(slower)));
  MainWindow window;
  show(window);
  window.open_all({now, old});
  QVERIFY2(!find<QLabel>(window, "error").isVisible(),
           qPrintable(find<QLabel>(window, "error").text()));
  const QAbstractItemModel& table = *find<QTableView>(window, "comparison").model();
  QCOMPARE(table.rowCount(), 6);
  QCOMPARE(table.index(3, 0).data().toString(), QStringLiteral("old.json: fresh"));
  auto& baseline = find<QComboBox>(window, "baseline");
  baseline.setFocus();
  baseline.setCurrentText(QStringLiteral("old.json: fresh"));
  Q_EMIT baseline.activated(baseline.currentIndex());
  QCOMPARE(table.index(0, 3).data().toString(), QStringLiteral("9.00ms\n-50.0%"));
  QCOMPARE(find<ChartView>(window, "latency").lines().size(), std::size_t{6});
  // Once is enough.
  window.open_all({now, old, old});
  QVERIFY(find<QLabel>(window, "error").text().contains(QStringLiteral("shown already")));
}

void ChartsTest::a_broken_report_is_told_and_nothing_crashes() {
  const Files files;
  const QString whole = QString::fromStdString(to_json(report()));
  files.write(QStringLiteral("half.json"), whole.left(whole.size() / 2));
  MainWindow window;
  show(window);
  window.open(files.path(QStringLiteral("half.json")));
  const auto& error = find<QLabel>(window, "error");
  QVERIFY(error.isVisible());
  QVERIFY(error.text().contains(QStringLiteral("half.json")));
  QVERIFY(error.text().contains(QStringLiteral("no sound JSON")));
}

void ChartsTest::every_view_is_exported_whole_or_not_at_all() {
  const Files files;
  files.write(QStringLiteral("now.json"), QString::fromStdString(to_json(report())));
  MainWindow window;
  show(window);
  window.open(files.path(QStringLiteral("now.json")));
  ResultsPanel& results = window.results();
  int pictures = 0;
  int tables = 0;
  for (std::size_t i = 0; i < results.views().size(); ++i) {
    QTest::keySequence(&window, QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1)));
    ResultView& view = *results.views()[i];
    QCOMPARE(results.tabs().currentWidget(), &view);
    const QString name = files.path(QString::number(i));
    if (qobject_cast<HeatView*>(&view) != nullptr || qobject_cast<MomentView*>(&view) != nullptr) {
      // A report holds no single requests to look at.
      QVERIFY_THROWS_EXCEPTION(InputError, results.save_picture(name + QStringLiteral(".png")));
      QVERIFY_THROWS_EXCEPTION(InputError, results.save_table(name + QStringLiteral(".csv")));
      continue;
    }
    if (!view.picture_size().isEmpty()) {
      for (const char* ending : {".png", ".svg"}) {
        results.save_picture(name + QLatin1String(ending));
        ++pictures;
      }
      QCOMPARE(QImage(name + QStringLiteral(".png")).size(), view.picture_size() * 2);
      QVERIFY(!view.accessibleDescription().isEmpty());
    } else {
      QVERIFY_THROWS_EXCEPTION(InputError, results.save_picture(name + QStringLiteral(".png")));
    }
    results.save_table(name + QStringLiteral(".csv"));
    ++tables;
  }
  QCOMPARE(pictures, 10);
  QCOMPARE(tables, 6);
  results.save_comparison(files.path(QStringLiteral("all.csv")));
  QVERIFY(QFileInfo(files.path(QStringLiteral("all.csv"))).size() > 500);
  // A full disk.
  QTest::keySequence(&window, QKeySequence(QStringLiteral("Ctrl+1")));
  const QString full = files.path(QStringLiteral("full.png"));
  QVERIFY(QFile::link(QStringLiteral("/dev/full"), full));
  QVERIFY_THROWS_EXCEPTION(InputError, results.save_picture(full));
  QVERIFY_THROWS_EXCEPTION(InputError, results.save_picture(files.path(QStringLiteral("x.bmp"))));
  QVERIFY(!QFileInfo::exists(files.path(QStringLiteral("x.bmp"))));
}

void ChartsTest::a_click_holds_the_moment_and_arrows_move_it() {
  const Files files;
  files.write(QStringLiteral("now.json"), QString::fromStdString(to_json(report())));
  MainWindow window;
  show(window);
  window.open(files.path(QStringLiteral("now.json")));
  QTest::keySequence(&window, QKeySequence(QStringLiteral("Ctrl+3")));
  auto& chart = find<ChartView>(window, "timeline");
  QTRY_VERIFY(chart.chart()->plotArea().width() > 100);
  Selection& selection = window.results().selection();
  const QPoint middle = chart.mapFromScene(chart.chart()->plotArea().center());
  QTest::mouseClick(chart.viewport(), Qt::LeftButton, {}, middle);
  QVERIFY(selection.is_locked());
  QVERIFY(std::abs(static_cast<double>(*selection.cursor_ns()) - 5e6) < 1e5);
  QTest::mouseMove(chart.viewport(), middle + QPoint(60, 0));
  QVERIFY(std::abs(static_cast<double>(*selection.cursor_ns()) - 5e6) < 1e5);
  const QString values = find<QLabel>(window, "timeline-values").text();
  QVERIFY2(values.startsWith(QStringLiteral("Held at 5")), qPrintable(values));
  QVERIFY(values.contains(QStringLiteral("fresh: 9.00ms")));
  QVERIFY(values.contains(QStringLiteral("<neither>: 9.50ms")));
  const auto before = *selection.cursor_ns();
  QTest::keyClick(&chart, Qt::Key_Right);
  QVERIFY(*selection.cursor_ns() > before);
  QTest::keyClick(&chart, Qt::Key_Space);
  QVERIFY(!selection.is_locked());
}

void ChartsTest::no_time_has_a_mark_of_its_own_and_nobody_asking_is_no_latency() {
  const Files files;
  Report written = report();
  written.candidates.resize(1);
  std::vector<SeriesPoint>& series = written.candidates.front().series;
  series[4].lag_ns_per_node = {3'000'000};
  series[7].arrivals = 0;
  series[7].latency_p99_ns = 0;
  files.write(QStringLiteral("now.json"), QString::fromStdString(to_json(written)));
  MainWindow window;
  show(window);
  window.open(files.path(QStringLiteral("now.json")));
  QTest::keySequence(&window, QKeySequence(QStringLiteral("Ctrl+3")));
  auto& chart = find<ChartView>(window, "timeline");
  auto& figure = find<QComboBox>(window, "timeline-figure");
  QCOMPARE(chart.lines().front().points.size(), std::size_t{9});

  figure.setCurrentIndex(3);  // lag
  const Axis& y = chart.y_axis();
  const auto& points = chart.lines().front().points;
  QCOMPARE(points.size(), std::size_t{10});
  for (std::size_t i = 0; i < points.size(); ++i) {
    QVERIFY(points[i].y() >= y.from && points[i].y() <= y.to);
    QCOMPARE(y.text(points[i].y()), i == 4 ? QStringLiteral("3.00ms") : QStringLiteral("0ns"));
    QVERIFY(std::abs(y.value(points[i].y()) - (i == 4 ? 3e6 : 0)) < 1);
  }
  const std::vector<Tick> ticks = y.ticks(y.from, y.to);
  QCOMPARE(ticks.front().text, QStringLiteral("0ns"));
  QCOMPARE(ticks.front().at, points.front().y());
  QVERIFY(chart.values_at(5.5e6, true).endsWith(QStringLiteral(": 0ns")));
  QVERIFY(chart.values_at(4.5e6, true).endsWith(QStringLiteral(": 3ms")));
}

void ChartsTest::a_name_is_read_as_it_is_beside_bars() {
  BarChart chart(BarChart::kBeside);
  chart.resize(600, 300);
  chart.show();
  const QStringList names = {QStringLiteral("lag < 1 s"), QStringLiteral("a & b > c")};
  chart.show_bars(QStringLiteral("x < y"), names, {{QStringLiteral("mean"), Qt::red, {1, 2}}}, {},
                  QStringLiteral("ns"));
  QStringList seen;
  for (const QGraphicsItem* item : chart.scene()->items()) {
    if (const auto* text = dynamic_cast<const QGraphicsTextItem*>(item)) {
      seen << text->toPlainText();
    }
  }
  for (const QString& name : names) QVERIFY2(seen.contains(name), qPrintable(seen.join(u'|')));
  QVERIFY(seen.contains(QStringLiteral("x < y")));
}

void ChartsTest::dark_is_remembered_and_black_turns_white() {
  const QPalette light = QApplication::palette();
  {
    MainWindow window;
    auto* dark = window.findChild<QAction*>(QStringLiteral("dark"));
    QVERIFY(!dark->isChecked());
    dark->trigger();
    QVERIFY(is_dark(QApplication::palette()));
    QCOMPARE(series_colour(7, QApplication::palette()), QColor(Qt::white));
    QVERIFY(QApplication::palette().color(QPalette::Disabled, QPalette::ButtonText) !=
            QApplication::palette().color(QPalette::Active, QPalette::ButtonText));
  }
  QApplication::setPalette(light);
  const MainWindow again;
  QVERIFY(again.findChild<QAction*>(QStringLiteral("dark"))->isChecked());
  again.findChild<QAction*>(QStringLiteral("dark"))->trigger();
  QVERIFY(!is_dark(QApplication::palette()));
  QCOMPARE(series_colour(7, QApplication::palette()), QColor(Qt::black));
}

}  // namespace switchyard::gui::testing

QTEST_MAIN(switchyard::gui::testing::ChartsTest)
#include "charts_test.moc"
