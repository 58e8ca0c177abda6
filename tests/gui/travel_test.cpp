// A closer look at a run in the window: the heat map and time travel.
#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSlider>
#include <QStandardPaths>
#include <QTableView>

#include "gui/evidence_view.h"
#include "gui/heat_view.h"
#include "gui/main_window.h"
#include "gui/moment_view.h"
#include "gui/results_panel.h"
#include "gui_test.h"

namespace switchyard::gui::testing {

constexpr int kPatience = 60'000;

class TravelTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void a_click_on_the_heat_map_goes_to_that_moment();
  void a_case_of_evidence_leads_to_the_decision_about_its_request();
  void steps_lead_forwards_and_back_over_every_decision();
  void the_slider_and_another_strategy_look_elsewhere();
  void the_choices_are_a_sound_model();
  void play_goes_on_by_itself();
  void routers_of_ones_own_are_compared_and_followed_like_others();
};

void TravelTest::init() {
  QStandardPaths::setTestModeEnabled(true);
  QSettings().clear();
}

namespace {

template <class View>
View& show_view(MainWindow& window) {
  for (ResultView* view : window.results().views()) {
    if (auto* wanted = qobject_cast<View*>(view)) {
      window.results().tabs().setCurrentWidget(wanted);
      return *wanted;
    }
  }
  qFatal("no such view");
}

void run(MainWindow& window, const Files& files) {
  window.show();
  const QSignalSpy finished(&window.runs(), &RunController::finished);
  window.open(files.scenario());
  if (!QTest::qWaitFor([&] { return finished.size() == 1; }, kPatience)) qFatal("it does not end");
}

MomentView& travel(MainWindow& window) {
  auto& view = show_view<MomentView>(window);
  if (!QTest::qWaitFor([&] { return view.decision() != nullptr; }, kPatience)) qFatal("no moment");
  return view;
}

}  // namespace

void TravelTest::a_click_on_the_heat_map_goes_to_that_moment() {
  const Files files;
  MainWindow window;
  run(window, files);
  auto& view = show_view<HeatView>(window);
  QTRY_VERIFY_WITH_TIMEOUT(view.report() != nullptr, kPatience);
  // All requests of the first strategy are in it.
  const CandidateReport& first = window.results().comparison().reports().front();
  std::uint64_t answered = 0;
  for (const std::uint64_t cell : view.report()->answered) answered += cell;
  QCOMPARE(answered, first.completed);

  HeatGrid& grid = view.grid();
  const QPoint middle = grid.rect().center();
  QTest::mouseClick(&grid, Qt::LeftButton, {}, middle);
  const auto at = window.results().selection().cursor_ns();
  QVERIFY(at.has_value());
  const std::int64_t span =
      view.report()->column_ns * static_cast<std::int64_t>(view.report()->columns);
  QVERIFY(*at > span / 4 && *at < span * 3 / 4);
  auto& moment = travel(window);
  QVERIFY(moment.decision()->at_ns >= *at);
  QVERIFY(moment.decision()->at_ns < *at + span / 20);
}

void TravelTest::a_case_of_evidence_leads_to_the_decision_about_its_request() {
  const Files files;
  QFile usual(files.scenario());
  QVERIFY(usual.open(QIODevice::ReadOnly));
  QString text = QString::fromUtf8(usual.readAll());
  // So that requests are decided well before they are served.
  text.replace(QStringLiteral("role = \"replica\""),
               QStringLiteral("role = \"replica\"\nround_trip = \"3ms\""));
  files.write(QStringLiteral("small.toml"), text);
  MainWindow window;
  run(window, files);
  show_view<EvidenceView>(window);
  auto& table = find<QTableView>(window, "evidence");
  const std::vector<EvidenceReport>& cases =
      window.results().comparison().reports().front().evidence;
  QVERIFY(cases.size() > 5);
  for (const int row : {0, 3, 5}) {
    show_view<EvidenceView>(window);
    Q_EMIT table.activated(table.model()->index(row, 0));
    auto& view = show_view<MomentView>(window);
    const EvidenceReport& one = cases[static_cast<std::size_t>(row)];
    QTRY_VERIFY_WITH_TIMEOUT(view.decision() != nullptr && view.decision()->request == one.request,
                             kPatience);
    QCOMPARE(view.decision()->key, one.key);
    QVERIFY(view.decision()->at_ns < one.at_ns);
    // Steps go on from there.
    QTest::mouseClick(&find<QPushButton>(window, "moment-forth"), Qt::LeftButton);
    QVERIFY(view.decision()->request != one.request);
  }
}

void TravelTest::steps_lead_forwards_and_back_over_every_decision() {
  const Files files(3'000);
  MainWindow window;
  run(window, files);
  MomentView& view = travel(window);
  QCOMPARE(view.decision()->request, std::uint64_t{0});
  const QString start = find<QLabel>(window, "moment-text").text();
  QTest::mouseClick(&find<QPushButton>(window, "moment-back"), Qt::LeftButton);
  QCOMPARE(view.decision()->request, std::uint64_t{0});
  // In the open loop requests are decided in their order, and beyond what was fetched at once, too.
  for (std::uint64_t i = 1; i <= 1'200; ++i) {
    QTest::mouseClick(&find<QPushButton>(window, "moment-forth"), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(view.decision()->request, i, kPatience);
  }
  for (std::uint64_t i = 1'200; i-- > 0;) {
    QTest::keyClick(&view, Qt::Key_Comma);
    QTRY_COMPARE_WITH_TIMEOUT(view.decision()->request, i, kPatience);
  }
  QCOMPARE(find<QLabel>(window, "moment-text").text(), start);
}

void TravelTest::the_slider_and_another_strategy_look_elsewhere() {
  const Files files;
  MainWindow window;
  run(window, files);
  MomentView& view = travel(window);
  const std::uint64_t before = view.decision()->request;
  find<QSlider>(window, "moment-slider").setValue(5'000);
  QTRY_VERIFY_WITH_TIMEOUT(view.decision()->request > before + 5'000, kPatience);
  const Nanoseconds at = view.decision()->at_ns;
  // The same moment of the last strategy's run.
  auto& table = find<QTableView>(window, "comparison");
  table.setCurrentIndex(table.model()->index(2, 0));
  QTRY_VERIFY_WITH_TIMEOUT(
      view.decision() != nullptr &&
          find<QLabel>(window, "moment-text").text().contains(QStringLiteral("least_outstanding")),
      kPatience);
  QCOMPARE(view.decision()->at_ns, at);
  QVERIFY(view.table_csv().has_value());
}

void TravelTest::the_choices_are_a_sound_model() {
  const Files files;
  MainWindow window;
  ChoicesModel empty;
  const QAbstractItemModelTester first(&empty,
                                       QAbstractItemModelTester::FailureReportingMode::QtTest);
  run(window, files);
  MomentView& view = travel(window);
  const QAbstractItemModelTester tester(&view.choices(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
  QCOMPARE(view.choices().rowCount(), 3);
  for (int i = 0; i < 50; ++i) {
    view.step(1);
    const QString own = view.choices().index(0, ChoicesModel::kChoice).data().toString();
    QCOMPARE(own, QString::fromStdString(view.decision()->decision));
    if (view.decision()->op == "write") {
      for (int row = 0; row < 3; ++row) {
        QCOMPARE(view.choices().index(row, ChoicesModel::kChoice).data().toString(),
                 QStringLiteral("default"));
      }
    }
  }
}

void TravelTest::play_goes_on_by_itself() {
  const Files files;
  MainWindow window;
  run(window, files);
  MomentView& view = travel(window);
  find<QComboBox>(window, "moment-pace").setCurrentIndex(2);
  QTest::mouseClick(&find<QPushButton>(window, "moment-play"), Qt::LeftButton);
  QTRY_VERIFY_WITH_TIMEOUT(view.decision()->request > 5, kPatience);
  QTest::mouseClick(&find<QPushButton>(window, "moment-play"), Qt::LeftButton);
  const std::uint64_t stopped = view.decision()->request;
  QTest::qWait(100);
  QCOMPARE(view.decision()->request, stopped);
}

void TravelTest::routers_of_ones_own_are_compared_and_followed_like_others() {
  const Files files(2'000);
  QFile usual(files.scenario());
  QVERIFY(usual.open(QIODevice::ReadOnly));
  QString text = QString::fromUtf8(usual.readAll());
  text += QStringLiteral("[[candidates]]\nname = \"library\"\nrouters = [\"%1/fewest.so\"]\n")
              .arg(QStringLiteral(SWITCHYARD_PLUGINS));
#ifdef SWITCHYARD_SETTINGS
  text += QStringLiteral(
              "[[candidates]]\nname = \"python\"\n"
              "routers = [{ use = \"django\", settings = \"%1\" }]\n")
              .arg(QStringLiteral(SWITCHYARD_SETTINGS));
#endif
  files.write(QStringLiteral("small.toml"), text);
  MainWindow window;
  run(window, files);
  const auto& reports = window.results().comparison().reports();
  QCOMPARE(reports[3].completed, std::uint64_t{2'000});
#ifdef SWITCHYARD_SETTINGS
  // The same router in Python, so the same figures.
  QCOMPARE(reports[4].fingerprint, reports[0].fingerprint);
#endif
  for (std::size_t i = 3; i < reports.size(); ++i) {
    window.results().selection().select(reports[i].name);
    MomentView& view = travel(window);
    QTRY_VERIFY_WITH_TIMEOUT(find<QLabel>(window, "moment-text")
                                 .text()
                                 .contains(QString::fromStdString(reports[i].name)),
                             kPatience);
    QVERIFY(view.decision()->node != kNoNode);
  }
}

}  // namespace switchyard::gui::testing

QTEST_MAIN(switchyard::gui::testing::TravelTest)
#include "travel_test.moc"
