// What is set up on the left of the window, by clicks and keys, read back from the document.
#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

#include "gui/cluster_model.h"
#include "gui/cluster_picture.h"
#include "gui/parameter_model.h"
#include "gui/rate_strip.h"
#include "gui/setup_panel.h"
#include "gui_test.h"

namespace switchyard::gui::testing {

constexpr int kPatience = 60'000;

class SetupTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void a_value_is_typed_and_the_candidate_named_after_it();
  void a_value_out_of_limits_is_refused_where_it_was_typed();
  void a_word_is_chosen_from_a_list_and_a_cleared_cell_is_the_default();
  void a_guard_has_its_parameters_below_the_router();
  void a_guard_is_added_from_the_menu_removed_and_both_undone();
  void a_variant_is_added_changed_compared_and_removed();
  void a_strategy_that_took_no_part_does_once_it_has_a_parameter();
  void what_does_not_take_part_any_more_keeps_its_parameters();
  void a_candidate_is_renamed_but_not_like_another();
  void a_range_is_dragged_and_its_edges_and_undone();
  void a_range_is_moved_by_keys_and_that_undone_in_one_step();
  void a_range_is_typed_refused_and_reset();
  void a_summary_is_that_of_the_workload();
  void a_click_on_a_node_selects_its_row_and_an_edit_keeps_it();
  void replication_is_edited_and_what_is_no_law_refused();
  void nodes_never_overlap_however_many();
  void a_recording_that_can_not_be_read_says_so_where_it_would_be_summed_up();
};

// The panel alone, as wide as in the window.
struct Setup {
  explicit Setup(const QString& file) : panel(document) {
    panel.resize(360, 640);
    panel.show();
    panel.activateWindow();
    if (!QTest::qWaitForWindowActive(&panel)) qFatal("the panel does not become active");
    document.open(file);
  }

  template <class Widget>
  Widget& get(const char* name) {
    return shown<Widget>(panel, name);
  }
  const std::vector<Candidate>& candidates() const { return document.scenario().candidates; }
  QStringList names() const {
    QStringList list;
    for (const Candidate& one : candidates()) list << QString::fromStdString(one.name);
    return list;
  }
  // Clicks on the strategy of that name.
  void select(const char* name) {
    auto& table = get<QTableView>("strategies");
    const QModelIndexList found =
        table.model()->match(table.model()->index(0, 0), Qt::DisplayRole, QString::fromLatin1(name),
                             1, Qt::MatchExactly);
    if (found.isEmpty()) qFatal("no strategy is called %s", name);
    table.scrollTo(found.front());
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {},
                      table.visualRect(found.front()).center());
  }
  // The cell of a parameter's value.
  QModelIndex cell(const char* parameter) {
    const QAbstractItemModel& model = *get<QTableView>("parameters").model();
    const QModelIndexList found = model.match(model.index(0, 0), Qt::DisplayRole,
                                              QString::fromLatin1(parameter), 1, Qt::MatchExactly);
    if (found.isEmpty()) qFatal("no parameter is called %s", parameter);
    return found.front().siblingAtColumn(ParameterModel::kValue);
  }
  QString value(const char* parameter) { return cell(parameter).data().toString(); }
  void click(const char* button) { QTest::mouseClick(&get<QPushButton>(button), Qt::LeftButton); }
  // From the menu for the selected strategy, as it lists them when it is opened.
  void choose_guard(const char* text) {
    QMenu& menu = *get<QPushButton>("guards").menu();
    Q_EMIT menu.aboutToShow();
    for (QAction* action : menu.actions()) {
      if (action->text() == QLatin1String(text)) return action->trigger();
    }
    qFatal("the menu has no '%s'", text);
  }
  // Double-clicks the cell; what opens there.
  template <class Editor>
  Editor& open_cell(const char* parameter) {
    auto& table = get<QTableView>("parameters");
    table.scrollTo(cell(parameter));
    const QPoint at = table.visualRect(cell(parameter)).center();
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, at);
    QTest::mouseDClick(table.viewport(), Qt::LeftButton, {}, at);
    auto* editor = table.viewport()->findChild<Editor*>();
    if (editor == nullptr) qFatal("nothing opens at %s", parameter);
    return *editor;
  }
  void type(const char* parameter, const char* text) {
    auto& editor = open_cell<QLineEdit>(parameter);
    editor.selectAll();
    QTest::keyClicks(&editor, QString::fromLatin1(text));
    finish(editor);
  }
  // A table takes over what was typed when it comes to its events again.
  static void finish(QWidget& editor) {
    QTest::keyClick(&editor, Qt::Key_Return);
    QCoreApplication::processEvents();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
  }
  bool shows_error(const char* name) {
    const auto& label = get<QLabel>(name);
    return label.isVisible() && !label.text().isEmpty();
  }
  bool has_read() {
    auto& summary = get<QLabel>("workload-summary");
    return QTest::qWaitFor([&] { return summary.text() != QStringLiteral("reading…"); }, kPatience);
  }

  Document document;
  SetupPanel panel;
};

void SetupTest::a_value_is_typed_and_the_candidate_named_after_it() {
  const Files files;
  Setup setup(files.scenario());
  const QAbstractItemModelTester strategies(setup.get<QTableView>("strategies").model());
  const QAbstractItemModelTester parameters(setup.get<QTableView>("parameters").model());
  setup.select("least_outstanding");
  QCOMPARE(setup.value("tie"), QStringLiteral("uniform"));
  QVERIFY(!setup.cell("tie").data(ParameterModel::kIsGivenRole).toBool());
  setup.type("refresh_every", "50ms");
  QVERIFY(setup.get<QLabel>("parameter-help")
              .text()
              .startsWith(QStringLiteral("refresh_every (duration from 100us | 0s): how often")));
  const ParameterTexts expected = {{"refresh_every", "50ms"}};
  QCOMPARE(setup.candidates()[2].routers[0].parameters, expected);
  QCOMPARE(setup.names()[2], QStringLiteral("least_outstanding:refresh_every=50ms"));
  QVERIFY(setup.cell("refresh_every").data(ParameterModel::kIsGivenRole).toBool());
  QVERIFY(setup.document.command().endsWith(
      QStringLiteral(" --router least_outstanding:refresh_every=50ms")));
  setup.document.undo_stack().undo();
  QCOMPARE(setup.names()[2], QStringLiteral("least_outstanding"));
  QCOMPARE(setup.value("refresh_every"), QStringLiteral("0s"));
  setup.document.undo_stack().redo();
  QCOMPARE(setup.candidates()[2].routers[0].parameters, expected);
}

void SetupTest::a_value_out_of_limits_is_refused_where_it_was_typed() {
  const Files files;
  Setup setup(files.scenario());
  setup.select("least_outstanding");
  const Scenario before = setup.document.scenario();
  setup.type("refresh_every", "1us");
  QVERIFY(setup.shows_error("strategy-error"));
  QVERIFY(setup.get<QLabel>("strategy-error")
              .text()
              .contains(QStringLiteral("'refresh_every' must be a duration from 100us")));
  QVERIFY(setup.document.scenario() == before);
  QVERIFY(!setup.document.undo_stack().canUndo());
  QCOMPARE(setup.value("refresh_every"), QStringLiteral("0s"));
  // What no parameter alone tells.
  setup.type("max_replicas", "1");
  QVERIFY(!setup.shows_error("strategy-error"));
  setup.open_cell<QComboBox>("count").setCurrentText(QStringLiteral("connections"));
  Q_EMIT setup.get<QTableView>("parameters").viewport()->findChild<QComboBox*>()->activated(0);
  QVERIFY(setup.shows_error("strategy-error"));
}

void SetupTest::a_word_is_chosen_from_a_list_and_a_cleared_cell_is_the_default() {
  const Files files;
  Setup setup(files.scenario());
  setup.select("least_outstanding");
  auto& box = setup.open_cell<QComboBox>("tie");
  QCOMPARE(box.itemText(0), QStringLiteral("uniform (default)"));
  box.setFocus();
  QTest::keyClicks(&box, QStringLiteral("first"));
  Setup::finish(box);
  QCOMPARE(setup.value("tie"), QStringLiteral("first"));
  QVERIFY(setup.cell("tie").data(ParameterModel::kIsGivenRole).toBool());
  auto& table = setup.get<QTableView>("parameters");
  table.setFocus();
  table.setCurrentIndex(setup.cell("tie"));
  QTest::keyClick(&table, Qt::Key_Delete);
  QCOMPARE(setup.value("tie"), QStringLiteral("uniform"));
  QVERIFY(!setup.cell("tie").data(ParameterModel::kIsGivenRole).toBool());
  QVERIFY(setup.candidates()[2].routers[0].parameters.empty());
  // An emptied cell is the same.
  setup.type("refresh_every", "50ms");
  auto& editor = setup.open_cell<QLineEdit>("refresh_every");
  editor.clear();
  Setup::finish(editor);
  QVERIFY(setup.candidates()[2].routers[0].parameters.empty());
}

void SetupTest::a_guard_has_its_parameters_below_the_router() {
  const Files files;
  QFile file(files.scenario());
  QVERIFY(file.open(QIODevice::Append));
  file.write(
      "[[candidates]]\nname = \"mine\"\nrouters = [\"round_robin\"]\n"
      "guards = [\"sticky_primary\"]\n");
  file.close();
  Setup setup(files.scenario());
  setup.select("mine");
  const QAbstractItemModel& model = *setup.get<QTableView>("parameters").model();
  QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("round_robin"));
  QVERIFY(setup.cell("guard sticky_primary").row() > setup.cell("mode").row());
  // What the preset has set is its default.
  QCOMPARE(setup.value("mode"), QStringLiteral("round_robin"));
  setup.type("duration", "7s");
  const ParameterTexts expected = {{"duration", "7s"}};
  QCOMPARE(setup.candidates()[3].guards[0].parameters, expected);
  QCOMPARE(setup.names()[3], QStringLiteral("mine"));
  QCOMPARE(setup.document.command(), QString());
}

void SetupTest::a_guard_is_added_from_the_menu_removed_and_both_undone() {
  const Files files;
  Setup setup(files.scenario());
  const QAbstractItemModelTester strategies(setup.get<QTableView>("strategies").model());
  const QAbstractItemModelTester parameters(setup.get<QTableView>("parameters").model());
  setup.select("round_robin");
  setup.choose_guard("Add sticky_primary");
  QCOMPARE(setup.names()[1], QStringLiteral("round_robin + sticky_primary"));
  QCOMPARE(setup.candidates()[1].guards, (std::vector<RouterUse>{{"sticky_primary", {}}}));
  // It is selected still, and its parameters can be typed at once.
  setup.type("duration", "3s");
  const ParameterTexts expected = {{"duration", "3s"}};
  QCOMPARE(setup.candidates()[1].guards[0].parameters, expected);
  setup.choose_guard("Remove sticky_primary");
  QCOMPARE(setup.names()[1], QStringLiteral("round_robin"));
  for (int i = 0; i < 3; ++i) setup.document.undo_stack().undo();
  QVERIFY(setup.candidates()[1].guards.empty());
  for (int i = 0; i < 2; ++i) setup.document.undo_stack().redo();
  QCOMPARE(setup.names()[1], QStringLiteral("round_robin + sticky_primary:duration=3s"));

  // A strategy that did not take part does then.
  setup.select("random_replica");
  setup.choose_guard("Add lag_bounded");
  QCOMPARE(setup.candidates().back().name, std::string("random_replica + lag_bounded"));
}

void SetupTest::a_variant_is_added_changed_compared_and_removed() {
  const Files files;
  Setup setup(files.scenario());
  setup.select("least_outstanding");
  setup.click("add-variant");
  QCOMPARE(setup.names()[3], QStringLiteral("least_outstanding (2)"));
  // It is selected: what is typed is its.
  setup.type("refresh_every", "1s");
  QCOMPARE(setup.names(), QStringList({"MasterSlave", "round_robin", "least_outstanding",
                                       "least_outstanding:refresh_every=1s"}));
  setup.type("refresh_every", "2s");
  QCOMPARE(setup.names()[3], QStringLiteral("least_outstanding:refresh_every=2s"));
  QCOMPARE(setup.value("refresh_every"), QStringLiteral("2s"));
  validate(setup.document.scenario());
  setup.click("remove-strategy");
  QCOMPARE(setup.candidates().size(), std::size_t{3});
  const auto& table = setup.get<QTableView>("strategies");
  QVERIFY(table.model()
              ->match(table.model()->index(0, 0), Qt::DisplayRole,
                      QStringLiteral("least_outstanding:refresh_every=2s"), 1, Qt::MatchExactly)
              .isEmpty());
  for (int i = 0; i < 4; ++i) setup.document.undo_stack().undo();
  QVERIFY(setup.document.scenario() == setup.document.opened());
}

void SetupTest::a_strategy_that_took_no_part_does_once_it_has_a_parameter() {
  const Files files;
  Setup setup(files.scenario());
  setup.select("d_choices");
  setup.type("d", "3");
  QCOMPARE(setup.names().back(), QStringLiteral("d_choices:d=3"));
  setup.select("d_choices");
  setup.type("d", "4");
  QCOMPARE(setup.names().mid(3), QStringList({"d_choices:d=3", "d_choices:d=4"}));
}

void SetupTest::what_does_not_take_part_any_more_keeps_its_parameters() {
  const Files files;
  Setup setup(files.scenario());
  setup.select("d_choices");
  setup.type("d", "3");
  auto& table = setup.get<QTableView>("strategies");
  table.setFocus();
  QTest::keyClick(&table, Qt::Key_Space);
  QCOMPARE(setup.candidates().size(), std::size_t{3});
  setup.select("d_choices:d=3");
  QCOMPARE(setup.value("d"), QStringLiteral("3"));
  QTest::keyClick(&table, Qt::Key_Space);
  const ParameterTexts expected = {{"d", "3"}};
  QCOMPARE(setup.candidates().back().routers[0].parameters, expected);
}

void SetupTest::a_candidate_is_renamed_but_not_like_another() {
  const Files files;
  Setup setup(files.scenario());
  setup.select("round_robin");
  auto& table = setup.get<QTableView>("strategies");
  const auto rename = [&](const char* name) {
    table.setFocus();
    QTest::keyClick(&table, Qt::Key_F2);
    auto* editor = table.viewport()->findChild<QLineEdit*>();
    if (editor == nullptr) qFatal("the name can't be edited");
    editor->selectAll();
    QTest::keyClicks(editor, QString::fromLatin1(name));
    Setup::finish(*editor);
  };
  rename("turns");
  QCOMPARE(setup.names(), QStringList({"MasterSlave", "turns", "least_outstanding"}));
  setup.select("turns");
  rename("MasterSlave");
  QCOMPARE(setup.names()[1], QStringLiteral("turns"));
  QVERIFY(setup.shows_error("strategy-error"));
}

// From and to a share of the strip's width.
void drag(RateStrip& strip, double from, double to) {
  const Nanoseconds whole = strip.moment_at(1e9);
  const auto place = [&](double share) {
    const double x = strip.x_of(static_cast<Nanoseconds>(share * static_cast<double>(whole)));
    return QPoint(static_cast<int>(x), strip.height() / 2);
  };
  QTest::mousePress(&strip, Qt::LeftButton, {}, place(from));
  QTest::mouseMove(&strip, place((from + to) / 2));
  QTest::mouseMove(&strip, place(to));
  QTest::mouseRelease(&strip, Qt::LeftButton, {}, place(to));
}

void SetupTest::a_range_is_dragged_and_its_edges_and_undone() {
  const Files files;
  Setup setup(files.scenario());
  QVERIFY(setup.has_read());
  auto& strip = setup.get<RateStrip>("rate-strip");
  const double whole = static_cast<double>(strip.moment_at(1e9));
  const double pixel = 1.0 / (strip.width() - 12) + 0.001;
  const auto share = [&](Nanoseconds ns) { return static_cast<double>(ns) / whole; };
  const TimeRange& range = setup.document.scenario().workload.range;
  drag(strip, 0.7, 0.2);
  QVERIFY(qAbs(share(range.from_ns) - 0.2) < pixel);
  QVERIFY(qAbs(share(range.to_ns) - 0.7) < pixel);
  QCOMPARE(setup.document.undo_stack().count(), 1);
  drag(strip, share(range.from_ns), 0.4);
  QVERIFY(qAbs(share(range.from_ns) - 0.4) < pixel);
  drag(strip, share(range.to_ns), 0.9);
  QVERIFY(qAbs(share(range.to_ns) - 0.9) < pixel);
  // All of it, as far as there is room.
  drag(strip, 0.6, 0.1);
  QCOMPARE(range.from_ns, 0);
  QVERIFY(qAbs(share(range.to_ns) - 0.5) < 2 * pixel);
  QVERIFY(setup.get<QLabel>("part").text().startsWith(QStringLiteral("about ")));
  // To the very end is without an end.
  drag(strip, share(range.to_ns), 1);
  QVERIFY(range.is_whole());
  for (int i = 0; i < 5; ++i) setup.document.undo_stack().undo();
  QVERIFY(range.is_whole());
  QVERIFY(!setup.document.undo_stack().canUndo());
  drag(strip, 0.2, 0.6);
  QTest::mouseDClick(&strip, Qt::LeftButton, {}, strip.rect().center());
  QVERIFY(range.is_whole());
  QVERIFY(strip.range().is_whole());
}

void SetupTest::a_range_is_moved_by_keys_and_that_undone_in_one_step() {
  const Files files;
  Setup setup(files.scenario());
  QVERIFY(setup.has_read());
  auto& strip = setup.get<RateStrip>("rate-strip");
  const Nanoseconds step = strip.moment_at(1e9) / 100;
  setup.document.edit(QString(), [&](Scenario& s) { s.workload.range = {10 * step, 20 * step}; });
  const TimeRange& range = setup.document.scenario().workload.range;
  strip.setFocus();
  QTest::keyClick(&strip, Qt::Key_Right);
  QTest::keyClick(&strip, Qt::Key_Right);
  QCOMPARE(range, (TimeRange{12 * step, 22 * step}));
  QTest::keyClick(&strip, Qt::Key_Right, Qt::ShiftModifier);
  QCOMPARE(range, (TimeRange{12 * step, 23 * step}));
  QTest::keyClick(&strip, Qt::Key_Left, Qt::ControlModifier);
  QCOMPARE(range, (TimeRange{11 * step, 23 * step}));
  setup.document.undo_stack().undo();
  QCOMPARE(range, (TimeRange{10 * step, 20 * step}));
  for (int i = 0; i < 30; ++i) QTest::keyClick(&strip, Qt::Key_Left);
  QCOMPARE(range, (TimeRange{0, 10 * step}));
  // It never becomes empty.
  for (int i = 0; i < 30; ++i) QTest::keyClick(&strip, Qt::Key_Left, Qt::ShiftModifier);
  QCOMPARE(range, (TimeRange{0, step}));
  QTest::keyClick(&strip, Qt::Key_Escape);
  QVERIFY(range.is_whole());
}

void SetupTest::a_range_is_typed_refused_and_reset() {
  const Files files;
  Setup setup(files.scenario());
  const auto type = [&](const char* name, const char* text) {
    auto& edit = setup.get<QLineEdit>(name);
    edit.setFocus();
    edit.selectAll();
    QTest::keyClicks(&edit, QString::fromLatin1(text));
    QTest::keyClick(&edit, Qt::Key_Return);
  };
  const TimeRange& range = setup.document.scenario().workload.range;
  type("to", "4s");
  type("from", "1.5s");
  QCOMPARE(range, (TimeRange{1'500 * kMillisecond, 4 * kSecond}));
  QVERIFY(setup.document.command().endsWith(QStringLiteral(" --from 1500ms --to 4s")));
  QCOMPARE(setup.get<QLineEdit>("from").text(), QStringLiteral("1.5s"));
  for (const char* wrong : {"5s", "5", "soon"}) {
    type("from", wrong);
    QVERIFY(setup.shows_error("workload-error"));
    QCOMPARE(range, (TimeRange{1'500 * kMillisecond, 4 * kSecond}));
  }
  type("from", "2s");
  QVERIFY(!setup.shows_error("workload-error"));
  setup.click("whole-range");
  QVERIFY(range.is_whole());
  QVERIFY(setup.get<QLineEdit>("to").text().isEmpty());
  QVERIFY(!setup.get<QPushButton>("whole-range").isEnabled());
}

void SetupTest::a_summary_is_that_of_the_workload() {
  const Files files;
  Setup setup(files.scenario());
  QVERIFY(setup.has_read());
  const QString text = setup.get<QLabel>("workload-summary").text();
  QVERIFY(text.startsWith(QStringLiteral("20,000 requests of 50 sessions in ")));
  QVERIFY(text.contains(QStringLiteral(" keys; the hottest takes ")));
  files.write(
      QStringLiteral("tiny.csv"),
      QStringLiteral(
          "# switchyard-trace v1 epoch_ns=0 source=test\nt,session,op\n0,a,r\n500000000,b,w\n"
          "1000000000,a,r\n2000000000,a,r\n"));
  // Another document: what is read of the one before is heard of no more.
  setup.document.open(files.path(QStringLiteral("tiny.csv")));
  QVERIFY(setup.has_read());
  const QString tiny = setup.get<QLabel>("workload-summary").text();
  QVERIFY2(tiny.startsWith(QStringLiteral("4 requests of 2 sessions in 2.00s\n"
                                          "75.0 % reads, 25.0 % need a primary, 0.0 % not routed\n"
                                          "2.0 requests a second on average")),
           qPrintable(tiny));
  QVERIFY(tiny.contains(QStringLiteral("missing keys")));
}

void SetupTest::a_recording_that_can_not_be_read_says_so_where_it_would_be_summed_up() {
  const Files files;
  files.write(
      QStringLiteral("bad.csv"),
      QStringLiteral("# switchyard-trace v1 epoch_ns=0 source=test\nt,session,op\n0,a,?\n"));
  Setup setup(files.path(QStringLiteral("bad.csv")));
  QVERIFY(setup.has_read());
  QVERIFY(setup.shows_error("workload-error"));
  QVERIFY(setup.get<QLabel>("workload-error").text().contains(QStringLiteral("bad.csv:3")));
}

void SetupTest::a_click_on_a_node_selects_its_row_and_an_edit_keeps_it() {
  const Files files;
  Setup setup(files.scenario());
  auto& table = setup.get<QTableView>("cluster");
  auto& picture = setup.get<ClusterPicture>("cluster-picture");
  QTest::mouseClick(&picture, Qt::LeftButton, {}, picture.box(2).center());
  QCOMPARE(table.currentIndex().row(), 2);
  table.model()->setData(table.model()->index(2, ClusterModel::kWorkers), QStringLiteral("3"),
                         Qt::EditRole);
  QCOMPARE(table.currentIndex().row(), 2);
  QVERIFY(
      picture.accessibleDescription().contains(QStringLiteral("replica-2, replica: 3 workers")));
  setup.click("add-replica");
  QVERIFY(picture.accessibleDescription().contains(QStringLiteral("replica-3, replica")));
}

void SetupTest::replication_is_edited_and_what_is_no_law_refused() {
  const Files files;
  Setup setup(files.scenario());
  const ReplicationSpec& spec = setup.document.scenario().cluster.replication;
  const auto type = [&](const char* name, const char* text) {
    auto& edit = setup.get<QLineEdit>(name);
    edit.setFocus();
    edit.selectAll();
    QTest::keyClicks(&edit, QString::fromLatin1(text));
    QTest::keyClick(&edit, Qt::Key_Return);
  };
  QCOMPARE(setup.get<QLineEdit>("replication-delay").text(), QStringLiteral("5ms"));
  type("replication-delay", "lognormal mean=20ms cv=2");
  QVERIFY(spec.delay == Law::lognormal(20e6, 2));
  type("apply-service", "300us");
  QVERIFY(spec.apply_service == Law::constant(300e3));
  type("apply-service", "often");
  QVERIFY(setup.shows_error("cluster-error"));
  QVERIFY(spec.apply_service == Law::constant(300e3));
  auto& mode = setup.get<QComboBox>("replication-mode");
  mode.setFocus();
  QTest::keyClick(&mode, Qt::Key_End);
  QVERIFY(spec.mode == ReplicationMode::kSync);
  QVERIFY(!setup.shows_error("cluster-error"));
  for (int i = 0; i < 3; ++i) setup.document.undo_stack().undo();
  QVERIFY(setup.document.scenario() == setup.document.opened());
}

void SetupTest::nodes_never_overlap_however_many() {
  for (int nodes : {1, 2, 5, 7, 17, 64}) {
    ClusterSpec cluster;
    for (int i = 0; i < nodes; ++i) {
      NodeSpec node;
      node.role = i % 5 == 0 ? Role::kPrimary : Role::kReplica;
      cluster.nodes.push_back(node);
    }
    for (int width : {40, 200, 330, 900}) {
      const std::vector<QRect> boxes = boxes_of(cluster, width, 15);
      for (std::size_t i = 0; i < boxes.size(); ++i) {
        QVERIFY(boxes[i].isValid());
        QVERIFY(boxes[i].left() >= 0 && boxes[i].right() < width);
        for (std::size_t k = 0; k < i; ++k) QVERIFY(!boxes[i].intersects(boxes[k]));
      }
    }
  }
}

}  // namespace switchyard::gui::testing

QTEST_MAIN(switchyard::gui::testing::SetupTest)
#include "setup_test.moc"
