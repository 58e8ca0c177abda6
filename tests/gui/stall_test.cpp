// The window answers while ten million requests are replayed on all cores, and as its views fill.
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>

#include <algorithm>
#include <array>

#include "gui/main_window.h"
#include "gui/stall_watch.h"
#include "gui_test.h"

namespace switchyard::gui::testing {

constexpr int kPatience = 120'000;
// Three strategies replay each of them; from there on a wait can be felt.
constexpr qint64 kRequests = 3'400'000;
constexpr double kMostStall_ms = 50;

class StallTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void the_window_answers_during_a_run_and_as_it_ends_data();
  void the_window_answers_during_a_run_and_as_it_ends();
};

void StallTest::the_window_answers_during_a_run_and_as_it_ends_data() {
  QTest::addColumn<int>("view");
  QTest::newRow("latency in sight") << 0;
  QTest::newRow("figures over time in sight") << 2;
  QTest::newRow("frontier in sight") << 3;
}

void StallTest::the_window_answers_during_a_run_and_as_it_ends() {
  QFETCH(const int, view);
  QStandardPaths::setTestModeEnabled(true);
  QSettings().clear();
  const Files files(kRequests);
  MainWindow window;
  show(window);
  window.results().tabs().setCurrentIndex(view);
  const QSignalSpy finished(&window.runs(), &RunController::finished);
  std::array<double, 3> stalls{};
  for (std::size_t i = 0; i < stalls.size(); ++i) {
    StallWatch watch;
    // The first fills empty views, the others replace what was there.
    i == 0 ? window.open(files.scenario()) : window.run();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), static_cast<qsizetype>(i + 1), kPatience);
    // What it changed is drawn, and the gap counted that this took, before the watch is read.
    QTest::qWait(100);
    stalls[i] = watch.longest_ms();
  }
  QCOMPARE(window.results().comparison().reports().size(), std::size_t{3});
  qInfo("longest stall of the main thread: %.1f, %.1f and %.1f ms", stalls[0], stalls[1],
        stalls[2]);
  std::ranges::sort(stalls);
  QVERIFY2(stalls[1] < kMostStall_ms,
           qPrintable(QStringLiteral("the median stall is %1 ms").arg(stalls[1])));
}

}  // namespace switchyard::gui::testing

QTEST_MAIN(switchyard::gui::testing::StallTest)
#include "stall_test.moc"
