// A comparison as one page: what it holds, and the program that writes it without a display.
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QSettings>
#include <QStandardPaths>
#include <QXmlStreamReader>

#include "core/error.h"
#include "gui/html_report.h"
#include "gui/inline_svg.h"
#include "gui/main_window.h"
#include "gui_test.h"
#include "measure/column_change.h"
#include "measure/columns.h"
#include "measure/compare.h"
#include "measure/read_report.h"
#include "measure/report_writers.h"

namespace switchyard::gui::testing {
namespace {

constexpr int kPatience = 60'000;
// Markup, quotes, and a character that no XML can hold.
const QString kHostile = QStringLiteral("<b>&\"' ]]>\x01");

QString text_of(const std::string& text) {
  return QString::fromStdString(text);
}

// What a reader of the page is shown, as XML has it.
struct Page {
  explicit Page(const QByteArray& bytes) {
    QXmlStreamReader in(bytes);
    while (!in.atEnd()) {
      in.readNext();
      if (in.isStartElement()) begin(in);
      if (in.isCharacters()) add(in.text().toString());
      if (in.isEndElement()) stack.removeLast();
    }
    error = in.errorString();
  }

  void begin(const QXmlStreamReader& in) {
    const QString name = in.name().toString();
    stack << name;
    elements << name;
    if (in.attributes().hasAttribute(QStringLiteral("id"))) {
      ids << in.attributes().value(QStringLiteral("id")).toString();
    }
    const QStringView kind = in.attributes().value(QStringLiteral("class"));
    if (kind == QLatin1String("figure")) figures << QString();
    if (kind == QLatin1String("name")) names << QString();
    if (kind == QLatin1String("spread")) spreads << QString();
    if (name == QLatin1String("svg")) pictures << QString();
    target = kind == QLatin1String("figure")   ? &figures
             : kind == QLatin1String("name")   ? &names
             : kind == QLatin1String("spread") ? &spreads
                                               : nullptr;
  }

  void add(const QString& text) {
    all += text;
    if (target != nullptr) target->last() += text;
    target = nullptr;
    if (stack.contains(QStringLiteral("svg"))) pictures.last() += text;
  }

  QString error;
  QStringList stack, elements, ids, figures, names, spreads, pictures;
  QStringList* target = nullptr;
  QString all;
};

Report small_report(std::uint32_t replications) {
  const Files files(3000);
  Scenario scenario = load_scenario(files.scenario().toStdString());
  scenario.run.replications = replications;
  CompareControl control;
  return compare(scenario, control);
}

struct Ended {
  int code = -1;
  QByteArray said;
};

// As without a display.
Ended run_program(const QStringList& arguments) {
  QProcess program;
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  for (const char* name : {"QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"}) {
    environment.remove(QString::fromLatin1(name));
  }
  program.setProcessEnvironment(environment);
  program.start(QStringLiteral(SWITCHYARD_GUI), arguments);
  if (!program.waitForFinished(kPatience) || program.exitStatus() != QProcess::NormalExit) {
    return {};
  }
  return {program.exitCode(), program.readAllStandardError()};
}

QByteArray content_of(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class ReportTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void a_page_is_sound_and_shows_names_as_they_are();
  void figures_are_those_of_the_library_with_their_spread();
  void pictures_differ_and_no_id_is_used_twice();
  void ids_of_pictures_are_kept_apart_and_parts_of_a_line_joined();
  void nothing_is_fetched_from_elsewhere();
  void what_a_baseline_lacks_is_said_in_words();
  void the_window_writes_what_it_shows();
  void the_program_writes_a_page_without_a_display();
  void what_is_wrong_is_told_in_one_line_and_leaves_no_file();
  void a_page_that_was_there_stays_when_the_next_fails();
};

void ReportTest::init() {
  QStandardPaths::setTestModeEnabled(true);
  QSettings().clear();
}

void ReportTest::a_page_is_sound_and_shows_names_as_they_are() {
  Report report = small_report(1);
  report.candidates[1].name = kHostile.toStdString();
  report.candidates[1].nodes[0].name = kHostile.toStdString();
  report.notes = {"a note with <i>&"};
  report.trace = "</html>";
  const QByteArray bytes = html_report(html_input(report, kHostile));
  const Page page(bytes);
  QCOMPARE(page.error, QString());
  // A table each of latency and of freshness.
  QString shown = kHostile;
  shown.replace(QChar(1), QChar::ReplacementCharacter);
  QCOMPARE(
      page.names,
      QStringList({QStringLiteral("MasterSlave"), shown, QStringLiteral("least_outstanding"),
                   QStringLiteral("MasterSlave"), shown, QStringLiteral("least_outstanding")}));
  QVERIFY(!page.elements.contains(QStringLiteral("b")));
  QVERIFY(!page.elements.contains(QStringLiteral("i")));
  QVERIFY(page.all.contains(QStringLiteral("a note with <i>&")));
  QVERIFY(bytes.contains("&lt;b&gt;&amp;"));
  // Written so, an HTML reader would take all that follows for its content.
  QVERIFY(
      !QRegularExpression(QStringLiteral("<(p|div|span|td|th|style|title|details)(\\s[^<>]*)?/>"))
           .match(QString::fromUtf8(bytes))
           .hasMatch());
}

void ReportTest::figures_are_those_of_the_library_with_their_spread() {
  const Report report = small_report(3);
  const Page page(html_report(html_input(report, QStringLiteral("small"))));
  QStringList figures;
  QStringList spreads;
  for (const auto columns : {comparison_columns(), consistency_columns()}) {
    for (const CandidateReport& candidate : report.candidates) {
      for (const Column& column : columns) {
        figures << text_of(column.format(column.value(candidate)));
        const std::string spread = plus_minus_text(column, candidate);
        if (!spread.empty()) spreads << text_of(spread);
      }
    }
  }
  QCOMPARE(page.figures, figures);
  QCOMPARE(page.spreads, spreads);
  QVERIFY(spreads.size() > 10);
  QVERIFY(spreads.front().startsWith(QStringLiteral("±")));
  QVERIFY(page.all.contains(text_of(report.scenario_sha256)));
  QVERIFY(page.all.contains(text_of(report.version)));
  // In words.
  QVERIFY(page.all.contains(QStringLiteral("best")));
  QVERIFY(page.all.contains(QStringLiteral("worst")));
}

void ReportTest::pictures_differ_and_no_id_is_used_twice() {
  const Page page(html_report(html_input(small_report(1), QStringLiteral("small"))));
  // Two of latency, over time, frontier, overhead, and the nodes of three candidates.
  QCOMPARE(page.pictures.size(), 8);
  QCOMPARE(QSet<QString>(page.pictures.begin(), page.pictures.end()).size(), 8);
  for (const QString& picture : page.pictures) QVERIFY(picture.simplified().size() > 50);
  for (const char* name : {"MasterSlave", "round_robin", "least_outstanding"}) {
    QVERIFY(page.pictures[0].contains(QString::fromLatin1(name)));
  }
  QCOMPARE(QSet<QString>(page.ids.begin(), page.ids.end()).size(), page.ids.size());
}

void ReportTest::ids_of_pictures_are_kept_apart_and_parts_of_a_line_joined() {
  const QByteArray svg = R"svg(<?xml version="1.0"?>
<svg width="9mm" height="9mm" viewBox="0 0 9 9" version="1.2"><title>t</title>
<clipPath id="c"><rect/></clipPath><g clip-path="url(#c)"><use xlink:href="#c"/>
<polyline points="0,0 1,1 "/><polyline points="1,1 2,0 "/><polyline points="3,0 4,4 "/></g></svg>
)svg";
  QString page;
  QXmlStreamWriter out(&page);
  write_inline_svg(out, svg, QStringLiteral("p1-"), QStringLiteral("a < b"));
  QCOMPARE(page, QStringLiteral(R"(<svg viewBox="0 0 9 9" role="img" aria-label="a &lt; b">)"
                                R"(<clipPath id="p1-c"><rect/></clipPath>)"
                                R"svg(<g clip-path="url(#p1-c)"><use xlink:href="#p1-c"/>)svg"
                                R"(<polyline points="0,0 1,1 2,0"/><polyline points="3,0 4,4"/>)"
                                R"(</g></svg>)"));
}

void ReportTest::nothing_is_fetched_from_elsewhere() {
  const QString page =
      QString::fromUtf8(html_report(html_input(small_report(1), QStringLiteral("small"))));
  QString without_names = page;
  without_names.remove(QRegularExpression(QStringLiteral("xmlns(:[a-z]+)?=\"[^\"]*\"")));
  QVERIFY(page.size() > without_names.size());
  QVERIFY(!without_names.contains(QStringLiteral("http")));
  QVERIFY(!page.contains(QStringLiteral("<script")));
  QVERIFY(!page.contains(QStringLiteral("@import")));
}

void ReportTest::what_a_baseline_lacks_is_said_in_words() {
  const Report report = small_report(1);
  const Report baseline = [&] {
    const Files files;
    files.write(QStringLiteral("old.json"), text_of(to_baseline_json(report)));
    return read_report(files.path(QStringLiteral("old.json")).toStdString());
  }();
  const Page page(html_report(html_input(baseline, QStringLiteral("old.json"))));
  QCOMPARE(page.error, QString());
  // The frontier and the nodes.
  QCOMPARE(page.pictures.size(), 4);
  QVERIFY(page.all.contains(QStringLiteral("no distribution of latencies")));
  QVERIFY(page.all.contains(QStringLiteral("no figures over time")));
  QVERIFY(page.all.contains(QStringLiteral("Nothing has been measured yet")));
}

void ReportTest::the_window_writes_what_it_shows() {
  const Files files;
  Report report = small_report(1);
  files.write(QStringLiteral("now.json"), text_of(to_json(report)));
  report.candidates[0].latency.p99 *= 2;
  files.write(QStringLiteral("old.json"), text_of(to_json(report)));
  MainWindow window;
  const QString path = files.path(QStringLiteral("page.html"));
  const auto write = [&] { window.results().save_page(path, QStringLiteral("title"), {}); };
  QVERIFY_THROWS_EXCEPTION(InputError, write());
  QVERIFY(!QFileInfo::exists(path));
  window.open_all({files.path(QStringLiteral("now.json")), files.path(QStringLiteral("old.json"))});
  window.results().selection().set_baseline("old.json: MasterSlave");
  write();
  const Page page(content_of(path));
  QCOMPARE(page.error, QString());
  QCOMPARE(page.names.mid(0, 6).last(), QStringLiteral("old.json: least_outstanding"));
  QVERIFY(page.all.contains(QStringLiteral("-50.0%")));
  // What each says of itself.
  QCOMPARE(page.elements.count(QStringLiteral("dl")), 2);
}

void ReportTest::the_program_writes_a_page_without_a_display() {
  const Files files(3000);
  const QString path = files.path(QStringLiteral("out.html"));
  const Ended ended = run_program({QStringLiteral("--report"), path, files.scenario()});
  QVERIFY2(ended.code == 0, ended.said.constData());
  const Page page(content_of(path));
  QCOMPARE(page.error, QString());
  QCOMPARE(page.pictures.size(), 8);
  QVERIFY(page.all.contains(QStringLiteral("switchyard compare ") + files.scenario()));
  // Of a report there is no scenario to run again.
  files.write(QStringLiteral("now.json"), text_of(to_json(small_report(1))));
  const QString second = files.path(QStringLiteral("second.html"));
  QCOMPARE(run_program({QStringLiteral("--report"), second, files.path(QStringLiteral("now.json"))})
               .code,
           0);
  const Page of_report(content_of(second));
  QCOMPARE(of_report.pictures.size(), 8);
  QVERIFY(!of_report.all.contains(QStringLiteral("switchyard compare")));
}

void ReportTest::what_is_wrong_is_told_in_one_line_and_leaves_no_file() {
  const Files files(3000);
  files.write(QStringLiteral("bad.toml"), QStringLiteral("seed = \"seven\"\n"));
  const QString path = files.path(QStringLiteral("out.html"));
  const QString report = QStringLiteral("--report");
  const std::vector<QStringList> wrong = {
      {report, path, files.path(QStringLiteral("bad.toml"))},
      {report, path, files.path(QStringLiteral("none.toml"))},
      {report, path, files.path(QStringLiteral("none.json"))},
      {report, path},
      {report, path, files.scenario(), files.scenario()},
      {report, path, QStringLiteral("--nonsense"), files.scenario()},
      {report, files.scenario(), files.scenario()},
      {report, files.path(QStringLiteral("no/folder.html")), files.scenario()}};
  const QByteArray scenario = content_of(files.scenario());
  for (const QStringList& arguments : wrong) {
    const Ended ended = run_program(arguments);
    QVERIFY2(ended.code == 2, qPrintable(arguments.join(QLatin1Char(' '))));
    QVERIFY2(ended.said.startsWith("switchyard-gui: ") && ended.said.count('\n') == 1,
             ended.said.constData());
    QVERIFY(!QFileInfo::exists(path));
  }
  QCOMPARE(content_of(files.scenario()), scenario);
}

void ReportTest::a_page_that_was_there_stays_when_the_next_fails() {
  const Files files;
  files.write(QStringLiteral("bad.toml"), QStringLiteral("seed = \"seven\"\n"));
  files.write(QStringLiteral("out.html"), QStringLiteral("before"));
  const QString path = files.path(QStringLiteral("out.html"));
  QCOMPARE(
      run_program({QStringLiteral("--report"), path, files.path(QStringLiteral("bad.toml"))}).code,
      2);
  QCOMPARE(content_of(path), QByteArray("before"));
}

}  // namespace switchyard::gui::testing

QTEST_MAIN(switchyard::gui::testing::ReportTest)
#include "report_test.moc"
