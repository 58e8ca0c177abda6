// The window without a mouse and without eyes: the tabulator's way, and what widgets are called.
#include <QAccessible>
#include <QHeaderView>
#include <QLabel>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>

#include <algorithm>

#include "gui/main_window.h"
#include "gui_test.h"

namespace switchyard::gui::testing {

constexpr int kPatience = 60'000;
constexpr int kMostStops = 50;

class KeyboardTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void the_tabulator_leads_through_the_start_page();
  void the_tabulator_leads_to_every_widget_in_sight_once_and_back_data();
  void the_tabulator_leads_to_every_widget_in_sight_once_and_back();
  void the_tabulator_follows_what_is_seen();
  void whatever_takes_the_keyboard_or_says_something_has_a_name();
};

void KeyboardTest::init() {
  QStandardPaths::setTestModeEnabled(true);
  QSettings().clear();
}

QString name_of(const QWidget* widget) {
  if (!widget->objectName().isEmpty()) return widget->objectName();
  return QStringLiteral("%1 in %2")
      .arg(QString::fromLatin1(widget->metaObject()->className()),
           widget->parentWidget() == nullptr ? QString() : name_of(widget->parentWidget()));
}

bool takes_keyboard(const QWidget* widget) {
  return (widget->focusPolicy() & Qt::TabFocus) != 0 && widget->focusProxy() == nullptr;
}

// Made by Qt, of a widget that is handled as a whole.
bool is_part(const QWidget* widget) {
  static const QStringList parts = {QStringLiteral("QTableCornerButton"),
                                    QStringLiteral("QComboBoxListView"),
                                    QStringLiteral("QLineEditIconButton")};
  if (widget->objectName() == QStringLiteral("qt_menubar_ext_button")) return true;
  return parts.contains(QString::fromLatin1(widget->metaObject()->className())) ||
         qobject_cast<const QScrollBar*>(widget) != nullptr;
}

// From the first that has the keyboard until it has it again.
std::vector<QWidget*> walk(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
  std::vector<QWidget*> stops = {QApplication::focusWidget()};
  while (stops.size() < kMostStops) {
    QTest::keyClick(stops.back(), key, modifiers);
    if (QApplication::focusWidget() == stops.front()) break;
    stops.push_back(QApplication::focusWidget());
  }
  return stops;
}

QStringList names_of(const std::vector<QWidget*>& widgets) {
  QStringList names;
  for (const QWidget* one : widgets) names << name_of(one);
  return names;
}

void run_to_the_end(MainWindow& window, const Files& files) {
  show(window);
  const QSignalSpy finished(&window.runs(), &RunController::finished);
  window.open(files.scenario());
  QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
}

void KeyboardTest::the_tabulator_leads_through_the_start_page() {
  MainWindow window;
  show(window);
  find<QWidget>(window, "files").setFocus();
  QCOMPARE(names_of(walk(Qt::Key_Tab)),
           QStringList({QStringLiteral("files"), QStringLiteral("open")}));
}

void KeyboardTest::the_tabulator_leads_to_every_widget_in_sight_once_and_back_data() {
  QTest::addColumn<int>("setup");
  QTest::addColumn<int>("view");
  MainWindow window;
  const auto& setup = find<QTabWidget>(window, "setup");
  for (int i = 0; i < setup.count(); ++i) QTest::addRow("set-up %d", i) << i << 0;
  for (int i = 1; i < window.results().tabs().count(); ++i) QTest::addRow("view %d", i) << 0 << i;
}

void KeyboardTest::the_tabulator_leads_to_every_widget_in_sight_once_and_back() {
  QFETCH(const int, setup);
  QFETCH(const int, view);
  const Files files(2000);
  MainWindow window;
  run_to_the_end(window, files);
  find<QTabWidget>(window, "setup").setCurrentIndex(setup);
  window.results().tabs().setCurrentIndex(view);
  find<QPushButton>(window, "run").setFocus();
  std::vector<QWidget*> there = walk(Qt::Key_Tab);
  std::vector<QWidget*> back = walk(Qt::Key_Tab, Qt::ShiftModifier);
  std::ranges::reverse(back.begin() + 1, back.end());
  QCOMPARE(names_of(back).join(QLatin1Char(' ')), names_of(there).join(QLatin1Char(' ')));

  std::vector<QWidget*> wanted;
  for (QWidget* one : window.findChildren<QWidget*>()) {
    if (takes_keyboard(one) && one->isEnabled() && one->isVisible()) wanted.push_back(one);
  }
  std::ranges::sort(wanted);
  std::ranges::sort(there);
  QCOMPARE(names_of(there).join(QLatin1Char(' ')), names_of(wanted).join(QLatin1Char(' ')));
}

void KeyboardTest::the_tabulator_follows_what_is_seen() {
  const Files files(2000);
  MainWindow window;
  run_to_the_end(window, files);
  find<QTabWidget>(window, "setup").setCurrentIndex(0);
  window.results().tabs().setCurrentIndex(0);
  find<QWidget>(window, "rate-strip").setFocus();
  const QStringList stops = names_of(walk(Qt::Key_Tab));
  qsizetype last = -1;
  // From what is set up over the run to what came of it, as it is read.
  for (const char* name : {"rate-strip", "from", "to", "run", "baseline", "comparison",
                           "latency-figure", "latency", "command", "copy-command"}) {
    const qsizetype place = stops.indexOf(QString::fromLatin1(name));
    QVERIFY2(place > last, name);
    last = place;
  }
}

void KeyboardTest::whatever_takes_the_keyboard_or_says_something_has_a_name() {
  MainWindow window;
  QStringList nameless;
  for (QWidget* one : window.findChildren<QWidget*>()) {
    if (!takes_keyboard(one) && qobject_cast<QAbstractButton*>(one) == nullptr) continue;
    if (is_part(one)) continue;
    QAccessibleInterface* seen = QAccessible::queryAccessibleInterface(one);
    QVERIFY2(seen != nullptr, qPrintable(name_of(one)));
    if (seen->text(QAccessible::Name).isEmpty()) nameless << name_of(one);
  }
  QCOMPARE(nameless.join(QStringLiteral(", ")), QString());
}

}  // namespace switchyard::gui::testing

QTEST_MAIN(switchyard::gui::testing::KeyboardTest)
#include "keyboard_test.moc"
