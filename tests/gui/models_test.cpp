// What the window shows and sets up, without a window.
#include <QAbstractItemModelTester>
#include <QSignalSpy>

#include <random>

#include "core/error.h"
#include "gui/cluster_model.h"
#include "gui/comparison_model.h"
#include "gui/document.h"
#include "gui/fault_model.h"
#include "gui/parameter_model.h"
#include "gui/recent_files.h"
#include "gui/selection.h"
#include "gui/strategy_model.h"
#include "gui/ticks.h"
#include "gui_test.h"

namespace switchyard::gui::testing {
namespace {

CandidateReport report_of(const std::string& name, std::int64_t mean_ns) {
  CandidateReport report;
  report.name = name;
  report.completed = 100;
  report.latency.mean = mean_ns;
  return report;
}

QStringList texts(const std::vector<Tick>& ticks) {
  QStringList list;
  for (const Tick& tick : ticks) list << tick.text;
  return list;
}

}  // namespace

class ModelsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void candidates_that_end_in_any_order_keep_their_rows();
  void the_best_and_the_worst_are_told_in_words_but_never_a_bound();
  void numbers_sort_as_numbers();
  void columns_without_figures_are_known();
  void against_a_baseline_every_figure_tells_its_change();
  void a_check_box_chooses_who_is_drawn_in_colour();
  void a_colour_stays_whoever_comes_or_goes();
  void a_strategy_is_added_and_removed_in_its_place_and_that_undone();
  void a_node_is_edited_and_what_makes_no_cluster_is_refused();
  void faults_are_added_edited_and_go_with_their_nodes();
  void the_command_says_what_was_changed_as_far_as_options_can();
  void a_saved_scenario_is_the_one_that_was_set_up();
  void what_can_not_be_opened_leaves_all_as_it_was();
  void a_file_is_told_of_in_a_sentence_of_its_own();
  void any_edits_are_undone_and_redone_without_a_trace();
  void marks_of_a_time_axis_are_never_missing();
  void marks_of_percentiles_are_their_nines();
};

void ModelsTest::candidates_that_end_in_any_order_keep_their_rows() {
  Selection selection;
  ComparisonModel model(selection);
  const QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
  model.begin({"a", "b", "c"});
  QCOMPARE(model.rowCount(), 3);
  model.set(2, report_of("c", 3'000'000));
  QCOMPARE(model.report_of_row(2), 0);
  QCOMPARE(model.report_of_row(0), -1);
  QCOMPARE(model.index(0, 1).data().toString(), QString());
  model.set(0, report_of("a", 1'000'000));
  QCOMPARE(model.report_of_row(0), 0);
  QCOMPARE(model.report_of_row(2), 1);
  QCOMPARE(model.index(2, 0).data().toString(), QStringLiteral("c"));
  QCOMPARE(model.reports()[1].name, std::string("c"));
  model.begin({"d"});
  QCOMPARE(model.rowCount(), 1);
  QVERIFY(model.reports().empty());
}

void ModelsTest::the_best_and_the_worst_are_told_in_words_but_never_a_bound() {
  Selection selection;
  ComparisonModel model(selection);
  model.begin({"a", "b", "bound"});
  CandidateReport bound = report_of("bound", 1'000);
  bound.is_bound = true;
  model.set(2, bound);
  model.set(0, report_of("a", 1'000'000));
  QCOMPARE(model.index(0, 1).data().toString(), QStringLiteral("1.00ms"));
  model.set(1, report_of("b", 2'000'000));
  QCOMPARE(model.index(0, 1).data().toString(), QStringLiteral("1.00ms best"));
  QCOMPARE(model.index(1, 1).data().toString(), QStringLiteral("2.00ms worst"));
  QCOMPARE(model.index(2, 1).data().toString(), QStringLiteral("1.00us"));
}

void ModelsTest::numbers_sort_as_numbers() {
  Selection selection;
  ComparisonModel model(selection);
  model.begin({"a", "b"});
  model.set(0, report_of("a", 2'000'000));
  model.set(1, report_of("b", 900'000));
  QSortFilterProxyModel sorted;
  sorted.setSourceModel(&model);
  sorted.setSortRole(ComparisonModel::kSortRole);
  sorted.sort(1, Qt::AscendingOrder);
  QCOMPARE(sorted.index(0, 0).data().toString(), QStringLiteral("b"));
}

void ModelsTest::columns_without_figures_are_known() {
  Selection selection;
  ComparisonModel model(selection);
  model.begin({"a"});
  model.set(0, report_of("a", 1));
  const auto last = model.columnCount() - 1;
  QVERIFY(model.has_figures(1));
  QVERIFY(!model.has_figures(last));
  CandidateReport failing = report_of("a", 1);
  failing.retries = 3;
  model.set(0, failing);
  QVERIFY(model.has_figures(last));
}

void ModelsTest::against_a_baseline_every_figure_tells_its_change() {
  Selection selection;
  ComparisonModel model(selection);
  const QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
  model.begin({"old", "new", "near"});
  CandidateReport old_one = report_of("old", 2'000'000);
  old_one.intervals = {{"latency_ns.mean", {1'900'000, 2'100'000}}};
  CandidateReport new_one = report_of("new", 1'000'000);
  new_one.intervals = {{"latency_ns.mean", {900'000, 1'100'000}}};
  CandidateReport near_one = report_of("near", 2'010'000);
  near_one.intervals = {{"latency_ns.mean", {1'900'000, 2'120'000}}};
  model.set(0, old_one);
  model.set(1, new_one);
  model.set(2, near_one);
  QCOMPARE(model.index(0, 1).data().toString(), QStringLiteral("2.00ms ±100us"));
  selection.set_baseline("old");
  QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("old\nbaseline"));
  QCOMPARE(model.index(0, 1).data().toString(), QStringLiteral("2.00ms ±100us"));
  QCOMPARE(model.index(1, 1).data().toString(), QStringLiteral("1.00ms ±100us best\n-50.0%"));
  QCOMPARE(model.index(2, 1).data().toString(),
           QStringLiteral("2.01ms ±110us worst\n+0.50% within noise"));
  QVERIFY(model.index(2, 1)
              .data(Qt::ToolTipRole)
              .toString()
              .contains(QStringLiteral("with 95 % confidence, from 1.90ms to 2.12ms")));
  // Sorted by what it is, whatever is written beside it.
  QCOMPARE(model.index(1, 1).data(ComparisonModel::kSortRole).toDouble(), 1e6);
  model.begin({"new"});
  QVERIFY(selection.baseline().empty());
}

void ModelsTest::a_check_box_chooses_who_is_drawn_in_colour() {
  Selection selection;
  ComparisonModel model(selection);
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) names.push_back("s" + std::to_string(i));
  model.begin(names);
  const auto checked = [&](int row) {
    return model.index(row, 0).data(Qt::CheckStateRole).toInt() == Qt::Checked;
  };
  for (int row = 0; row < 10; ++row) QCOMPARE(checked(row), row < 8);
  const QSignalSpy refused(&selection, &Selection::refused);
  QVERIFY(!model.setData(model.index(9, 0), Qt::Checked, Qt::CheckStateRole));
  QCOMPARE(refused.size(), 1);
  QVERIFY(!checked(9));
  const int freed = selection.colour("s3");
  QVERIFY(model.setData(model.index(3, 0), Qt::Unchecked, Qt::CheckStateRole));
  QVERIFY(model.setData(model.index(9, 0), Qt::Checked, Qt::CheckStateRole));
  QVERIFY(checked(9));
  QCOMPARE(selection.colour("s9"), freed);
  QCOMPARE(selection.colour("s3"), -1);
  // No figure is changed by a click on a box that it has not.
  QVERIFY(!model.setData(model.index(0, 1), Qt::Unchecked, Qt::CheckStateRole));
}

void ModelsTest::a_colour_stays_whoever_comes_or_goes() {
  Selection selection;
  selection.set_candidates({"a", "b", "c"});
  QCOMPARE(selection.colour("c"), 2);
  selection.set_visible("a", false);
  QCOMPARE(selection.colour("c"), 2);
  selection.set_candidates({"c", "d"});
  QCOMPARE(selection.colour("c"), 2);
  QVERIFY(selection.colour("d") >= 0 && selection.colour("d") != 2);
  // Hidden by the user, it stays hidden in the next run.
  selection.set_candidates({"a", "c"});
  QCOMPARE(selection.colour("a"), -1);
  selection.select("a");
  selection.set_candidates({"c"});
  QVERIFY(selection.selected().empty());
}

void ModelsTest::a_strategy_is_added_and_removed_in_its_place_and_that_undone() {
  const Files files;
  Document document;
  StrategyModel model(document);
  const QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
  document.open(files.scenario());
  const auto names = [&] {
    QStringList list;
    for (const Candidate& one : document.scenario().candidates) {
      list << QString::fromStdString(one.name);
    }
    return list.join(QLatin1Char(' '));
  };
  const QString before = names();
  QCOMPARE(before, QStringLiteral("MasterSlave round_robin least_outstanding"));
  QVERIFY(model.rowCount() > 10);
  QVERIFY(model.setData(model.index(1, 0), Qt::Unchecked, Qt::CheckStateRole));
  QCOMPARE(names(), QStringLiteral("MasterSlave least_outstanding"));
  QCOMPARE(model.index(1, 0).data(Qt::CheckStateRole).toInt(), int(Qt::Unchecked));
  QVERIFY(model.setData(model.index(1, 0), Qt::Checked, Qt::CheckStateRole));
  QCOMPARE(names(), before);
  const QModelIndexList oracle = model.match(model.index(0, 0), Qt::DisplayRole,
                                             QStringLiteral("oracle"), 1, Qt::MatchExactly);
  QCOMPARE(oracle.size(), 1);
  QVERIFY(model.setData(oracle.front(), Qt::Checked, Qt::CheckStateRole));
  QCOMPARE(names(), before + QStringLiteral(" oracle"));
  validate(document.scenario());
  document.undo_stack().undo();
  document.undo_stack().undo();
  document.undo_stack().undo();
  QCOMPARE(names(), before);
  QVERIFY(!document.undo_stack().canUndo());
}

void ModelsTest::a_node_is_edited_and_what_makes_no_cluster_is_refused() {
  const Files files;
  Document document;
  ClusterModel model(document);
  const QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
  document.open(files.scenario());
  const QSignalSpy rejected(&model, &ClusterModel::rejected);
  const auto set = [&](int row, int column, const char* text) {
    model.setData(model.index(row, column), QString::fromLatin1(text), Qt::EditRole);
  };
  set(1, ClusterModel::kWorkers, "3");
  set(1, ClusterModel::kRoundTrip, "1.5ms");
  set(2, ClusterModel::kRole, "primary");
  set(1, ClusterModel::kWeight, "2.5");
  set(1, ClusterModel::kQueueLimit, "64");
  set(1, ClusterModel::kDiscipline, "processor_sharing");
  const std::vector<NodeSpec>& nodes = document.scenario().cluster.nodes;
  QCOMPARE(nodes[1].workers, 3U);
  QCOMPARE(nodes[1].round_trip_ns, 1'500'000);
  QCOMPARE(nodes[1].weight, 2.5);
  QCOMPARE(nodes[1].queue_limit, 64U);
  QVERIFY(nodes[1].discipline == Discipline::kProcessorSharing);
  QVERIFY(nodes[2].role == Role::kPrimary);
  QCOMPARE(rejected.size(), 0);
  const struct {
    int row;
    int column;
    const char* text;
  } bad[] = {{1, ClusterModel::kWorkers, "0"},     {1, ClusterModel::kWorkers, "many"},
             {1, ClusterModel::kSpeed, "inf"},     {1, ClusterModel::kSpeed, "-1"},
             {1, ClusterModel::kRoundTrip, "5"},   {1, ClusterModel::kName, "replica-2"},
             {0, ClusterModel::kName, "main"},     {1, ClusterModel::kRole, "observer"},
             {1, ClusterModel::kWeight, "-1"},     {1, ClusterModel::kWeight, "nan"},
             {1, ClusterModel::kQueueLimit, "-1"}, {1, ClusterModel::kDiscipline, "lifo"}};
  qsizetype refused = 0;
  for (const auto& [row, column, text] : bad) {
    const Scenario before = document.scenario();
    set(row, column, text);
    QCOMPARE(rejected.size(), ++refused);
    QVERIFY(document.scenario() == before);
  }
  model.add_replica();
  QCOMPARE(nodes.size(), std::size_t{4});
  QCOMPARE(nodes[3].name, std::string("replica-3"));
  model.remove(3);
  QCOMPARE(nodes.size(), std::size_t{3});
  // Without `default` there is no cluster.
  model.remove(0);
  QCOMPARE(nodes.size(), std::size_t{3});
}

void ModelsTest::faults_are_added_edited_and_go_with_their_nodes() {
  const Files files;
  Document document;
  FaultModel model(document);
  ClusterModel cluster(document);
  const QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
  document.open(files.scenario());
  const QSignalSpy rejected(&model, &FaultModel::rejected);
  const auto set = [&](int column, const char* text) {
    model.setData(model.index(0, column), QString::fromLatin1(text), Qt::EditRole);
  };
  model.add();
  const std::vector<FaultSpec>& faults = document.scenario().cluster.faults;
  QCOMPARE(faults.size(), std::size_t{1});
  QVERIFY(!(model.flags(model.index(0, FaultModel::kBy)) & Qt::ItemIsEditable));
  set(FaultModel::kKind, "slow");
  set(FaultModel::kNodes, "replica-1,  replica-2");
  set(FaultModel::kAt, "1.5s");
  set(FaultModel::kLasts, "");
  set(FaultModel::kBy, "2.5");
  QCOMPARE(rejected.size(), 0);
  FaultSpec expected;
  expected.kind = FaultKind::kSlow;
  expected.nodes = {node_id(1), node_id(2)};
  expected.at_ns = 1'500 * kMillisecond;
  expected.factor = 2.5;
  QVERIFY(faults.front() == expected);
  QCOMPARE(model.index(0, FaultModel::kNodes).data().toString(),
           QStringLiteral("replica-1, replica-2"));

  qsizetype refused = 0;
  for (const auto& [column, text] : {std::pair{FaultModel::kKind, "broken"},
                                     {FaultModel::kNodes, "replica-9"},
                                     {FaultModel::kNodes, ""},
                                     {FaultModel::kAt, "soon"},
                                     {FaultModel::kLasts, "5"},
                                     {FaultModel::kBy, "0"},
                                     {FaultModel::kBy, "inf"}}) {
    set(column, text);
    QCOMPARE(rejected.size(), ++refused);
    QVERIFY(faults.front() == expected);
  }
  // What one kind has is no part of another.
  set(FaultModel::kKind, "delay_replication");
  set(FaultModel::kBy, "3s");
  QCOMPARE(faults.front().delay_ns, 3 * kSecond);
  QCOMPARE(faults.front().factor, 1.0);
  // It goes where a scenario file has it, and back.
  document.save(files.path(QStringLiteral("faulty.toml")));
  QVERIFY(load_scenario(document.path().toStdString()).cluster == document.scenario().cluster);

  cluster.remove(2);
  QCOMPARE(faults.front().nodes, std::vector<NodeId>{node_id(1)});
  cluster.remove(1);
  QVERIFY(faults.empty());
  document.undo_stack().undo();
  QCOMPARE(faults.size(), std::size_t{1});
}

void ModelsTest::the_command_says_what_was_changed_as_far_as_options_can() {
  const Files files;
  Document document;
  document.open(files.scenario());
  const QString plain = QStringLiteral("switchyard compare ") + files.scenario();
  QCOMPARE(document.command(), plain);
  document.edit(QString(), [](Scenario& s) {
    s.seed = 9;
    s.workload.speed = 1.5;
    s.run.replications = 4;
    s.workload.loop = LoopMode::kSession;
  });
  QCOMPARE(document.command(),
           plain + QStringLiteral(" --loop session --speed 1.5 --seed 9 --replications 4"));
  document.edit(QString(), [](Scenario& s) {
    s = Scenario(s);
    s.candidates.pop_back();
  });
  QVERIFY(
      document.command().contains(QStringLiteral(" --router MasterSlave --router round_robin")));
  document.edit(QString(), [](Scenario& s) { s.cluster.nodes[1].workers = 1; });
  QCOMPARE(document.command(), QString());
}

void ModelsTest::a_saved_scenario_is_the_one_that_was_set_up() {
  const Files files;
  Document document;
  document.open(files.scenario());
  document.edit(QString(), [](Scenario& s) { s.cluster.nodes[1].workers = 1; });
  const QString path = files.path(QStringLiteral("it's mine.toml"));
  document.save(path);
  QCOMPARE(document.command(),
           QStringLiteral("switchyard compare '%1'")
               .arg(QString(path).replace(QLatin1String("'"), QLatin1String("'\\''"))));
  Scenario read = load_scenario(path.toStdString());
  read.file = document.scenario().file;
  read.text = document.scenario().text;
  QVERIFY(read == document.scenario());
}

void ModelsTest::what_can_not_be_opened_leaves_all_as_it_was() {
  const Files files;
  files.write(QStringLiteral("bad.toml"), QStringLiteral("seed = \"one\"\n"));
  Document document;
  document.open(files.scenario());
  const Scenario before = document.scenario();
  QVERIFY_THROWS_EXCEPTION(InputError, document.open(files.path(QStringLiteral("bad.toml"))));
  QVERIFY_THROWS_EXCEPTION(InputError, document.open(files.path(QStringLiteral("none.toml"))));
  QVERIFY(document.scenario() == before);
  QCOMPARE(document.path(), files.scenario());
}

void ModelsTest::a_file_is_told_of_in_a_sentence_of_its_own() {
  const Files files;
  const auto about = [&](const char* name, const char* text) {
    files.write(QString::fromLatin1(name), QString::fromUtf8(text));
    return about_file(files.path(QString::fromLatin1(name)));
  };
  QCOMPARE(about("a.toml", "# One replica\n# is down. It returns.\nseed = 1\n# Not this.\n"),
           QStringLiteral("One replica is down."));
  QCOMPARE(about("b.toml", "# No end\n"), QStringLiteral("No end"));
  QCOMPARE(about("c.toml", "seed = 1\n# Not this.\n"), QString());
  QCOMPARE(about("d.csv", "# switchyard-trace v1 epoch_ns=0 source=x\n"),
           QStringLiteral("native trace, 42 bytes"));
  QCOMPARE(about("e.txt", "nothing known"), QString());
  QCOMPARE(about_file(files.path(QStringLiteral("none"))), QString());
  // Everything that comes with the program is told of.
  for (const QString& path : bundled_scenarios() + bundled_recordings()) {
    QVERIFY2(!about_file(path).isEmpty(), qPrintable(path));
  }
}

void ModelsTest::any_edits_are_undone_and_redone_without_a_trace() {
  const Files files;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    Document document;
    StrategyModel strategies(document);
    ParameterModel parameters(strategies);
    ClusterModel cluster(document);
    FaultModel faults(document);
    document.open(files.scenario());
    std::mt19937 random(seed);
    const auto below = [&](int n) {
      return static_cast<int>(random() % static_cast<unsigned>(std::max(1, n)));
    };
    const QStringList words = {"",       "2",       "3",       "first",
                               "true",   "50ms",    "1.5s",    "0.3",
                               "soon",   "replica", "primary", "250us",
                               "-1",     "other",   "0",       "round_robin",
                               "random", "8",       "slow",    "default, replica-1"};
    for (int i = 0; i < 200; ++i) {
      const int row = below(strategies.rowCount());
      const QString word = words[below(static_cast<int>(words.size()))];
      switch (below(10)) {
        case 0:
          strategies.setData(strategies.index(row, 0), below(2) == 0 ? Qt::Checked : Qt::Unchecked,
                             Qt::CheckStateRole);
          break;
        case 1:
          strategies.add_variant(row);
          break;
        case 2:
          strategies.remove(row);
          break;
        case 3:
          strategies.setData(strategies.index(row, 0), word, Qt::EditRole);
          break;
        case 4:
          parameters.show_candidate(row);
          parameters.setData(parameters.index(below(parameters.rowCount()), ParameterModel::kValue),
                             word, Qt::EditRole);
          break;
        case 5:
          cluster.setData(cluster.index(below(cluster.rowCount()), below(ClusterModel::kColumns)),
                          word, Qt::EditRole);
          break;
        case 6:
          below(2) == 0 ? cluster.add_replica() : cluster.remove(below(cluster.rowCount()));
          break;
        case 7:
          if (faults.rowCount() == 0) break;
          faults.setData(faults.index(below(faults.rowCount()), below(FaultModel::kColumns)), word,
                         Qt::EditRole);
          break;
        case 8:
          below(3) > 0 ? faults.add() : faults.remove(below(faults.rowCount()));
          break;
        default:
          document.edit(
              QString(), [&](Scenario& s) { s.workload.range.from_ns = below(100); }, below(2));
      }
    }
    const Scenario after = document.scenario();
    QUndoStack& stack = document.undo_stack();
    QVERIFY(stack.count() > 20);
    stack.setIndex(0);
    QVERIFY(document.scenario() == document.opened());
    stack.setIndex(stack.count());
    QVERIFY(document.scenario() == after);
  }
}

void ModelsTest::marks_of_a_time_axis_are_never_missing() {
  QCOMPARE(texts(time_ticks(0, 9)), QStringList({"1ns", "10ns", "100ns", "1.00us", "10.0us",
                                                 "100us", "1.00ms", "10.0ms", "100ms", "1.00s"}));
  QCOMPARE(texts(time_ticks(6, 7)), QStringList({"1.00ms", "2.00ms", "5.00ms", "10.0ms"}));
  // A tenth of a decade still has marks, and none twice.
  const QStringList close = texts(time_ticks(6.0, 6.1));
  QVERIFY(close.size() >= 3);
  QCOMPARE(QSet<QString>(close.begin(), close.end()).size(), close.size());
  QCOMPARE(texts(time_ticks(6, 6)).size(), 1);
}

void ModelsTest::marks_of_percentiles_are_their_nines() {
  QCOMPARE(texts(nines_ticks(0, 4)), QStringList({"p0", "p90", "p99", "p99.9", "p99.99"}));
  QCOMPARE(texts(nines_ticks(0, 1)), QStringList({"p0", "p50", "p90"}));
  QVERIFY(qAbs(share_at(nines_coordinate(0.995)) - 0.995) < 1e-12);
}

}  // namespace switchyard::gui::testing

QTEST_GUILESS_MAIN(switchyard::gui::testing::ModelsTest)
#include "models_test.moc"
