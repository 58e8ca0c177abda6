// switchyard-gui: explore by looking which router fits a workload, or write what there is to see.
#include <fmt/format.h>

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "cli/output.h"
#include "cli/progress.h"
#include "core/error.h"
#include "core/version.h"
#include "gui/document.h"
#include "gui/html_report.h"
#include "gui/main_window.h"
#include "gui/ui_map.h"
#include "measure/read_report.h"

namespace switchyard::gui {
namespace {

// As those of the command.
constexpr int kExitBadInput = 2;
constexpr int kExitInterrupted = 130;

struct Arguments {
  bool help = false;
  bool version = false;
  bool reports = false;  // instead of opening a window
  QString report;
  QString ui_map;
  QStringList files;
  QString usage;

  bool need_window() const { return !help && !version && !reports; }
};

// Before Qt looks for a display: what is wrong, or can be told, needs none. Throws InputError.
Arguments read_arguments(const QStringList& words) {
  QCommandLineParser parser;
  parser.setApplicationDescription(
      QStringLiteral("Compares router strategies on a recorded workload, in a window."));
  // As Qt reads its own, of which these take a value and those below do not.
  parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsLongOptions);
  const auto hide = [&](const char* name, const QString& value) {
    QCommandLineOption option(QString::fromLatin1(name), {}, value);
    option.setFlags(QCommandLineOption::HiddenFromHelp);
    parser.addOption(option);
    return option;
  };
  for (const char* name : {"display", "fontengine", "geometry", "platform", "platformpluginpath",
                           "platformtheme", "plugin", "qwindowgeometry", "qwindowicon",
                           "qwindowtitle", "session", "style", "stylesheet"}) {
    hide(name, QStringLiteral("value"));
  }
  for (const char* name : {"reverse", "sync", "widgetcount"}) hide(name, {});
  const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")},
                                QStringLiteral("Displays this help."));
  parser.addOption(help);
  const QCommandLineOption version = parser.addVersionOption();
  const QCommandLineOption report(
      QStringLiteral("report"),
      QStringLiteral("Open no window: write the comparison, with its pictures, as one HTML page "
                     "(- for stdout)."),
      QStringLiteral("OUT.html"));
  parser.addOption(report);
  const QCommandLineOption ui_map = hide("ui-map", QStringLiteral("FILE"));
  parser.addPositionalArgument(
      QStringLiteral("file"), QStringLiteral("a scenario (.toml), a recording, or reports (.json)"),
      QStringLiteral("[SCENARIO|RECORDING|REPORT…]"));
  if (!parser.parse(words)) {
    throw InputError(parser.errorText().toStdString() + " 'switchyard-gui --help' tells more");
  }
  Arguments all = {.help = parser.isSet(help),
                   .version = parser.isSet(version),
                   .reports = parser.isSet(report),
                   .report = parser.value(report),
                   .ui_map = parser.value(ui_map),
                   .files = parser.positionalArguments(),
                   .usage = parser.helpText().replace(QStringLiteral("<executable_name>"),
                                                      QStringLiteral("switchyard-gui"))};
  if (all.reports && (all.files.size() != 1 || all.report.isEmpty()) && !all.help && !all.version) {
    throw InputError("--report OUT.html goes with one scenario, recording or report");
  }
  return all;
}

void write_page(const QString& input, const QString& path) {
  check_input_is_kept(input.toStdString(), path.toStdString());
  Output output(path.toStdString());
  Document document;
  const bool is_report = input.endsWith(QStringLiteral(".json"));
  if (!is_report) {
    document.open(input);
    check_input_is_kept(document.scenario().workload.trace, path.toStdString());
  }
  CompareControl control(document.scenario().candidates.size());
  control.warn = [](const std::string& text) { fmt::print(stderr, "warning: {}\n", text); };
  std::string page;
  {
    const ProgressDisplay progress(control, false);
    const Report report =
        is_report ? read_report(input.toStdString()) : compare(document.scenario(), control);
    HtmlInput content = html_input(report, QFileInfo(input).fileName());
    if (!is_report) content.command = document.command();
    page = html_report(content).toStdString();
  }
  if (control.stop) throw Interrupted();
  output.write(page);
}

int fail(std::string message, int code) {
  // Names that users gave may hold line breaks; an error is one line all the same.
  std::ranges::replace(message, '\n', ' ');
  fmt::print(stderr, "switchyard-gui: {}\n", message);
  return code;
}

// Qt would end the program by abort().
void tell_of_no_display(QtMsgType type, const QMessageLogContext& /*where*/,
                        const QString& /*text*/) {
  if (type != QtFatalMsg) return;
  std::_Exit(
      fail("no window can be opened: there is no display (as DISPLAY, WAYLAND_DISPLAY or "
           "-platform name it); --report OUT.html needs none",
           kExitBadInput));
}

int run(int argc, char** argv) {
  QStringList words;
  for (int i = 0; i < argc; ++i) words << QString::fromLocal8Bit(argv[i]);
  const Arguments arguments = read_arguments(words);
  if (arguments.help) {
    fmt::print("{}", arguments.usage.toStdString());
    return 0;
  }
  if (arguments.version) {
    fmt::print("switchyard-gui {}\n", kVersion);
    return 0;
  }
  if (!arguments.need_window()) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    // What a platform can't do with windows is of no interest where none opens.
    qInstallMessageHandler([](QtMsgType type, const QMessageLogContext&, const QString& text) {
      if (type == QtCriticalMsg || type == QtFatalMsg)
        fmt::print(stderr, "{}\n", text.toStdString());
    });
  }
  const QtMessageHandler usual =
      arguments.need_window() ? qInstallMessageHandler(tell_of_no_display) : nullptr;
  const QApplication application(argc, argv);
  if (arguments.need_window()) qInstallMessageHandler(usual);
  QCoreApplication::setOrganizationName(QStringLiteral("switchyard"));
  QCoreApplication::setApplicationName(QStringLiteral("switchyard-gui"));
  QCoreApplication::setApplicationVersion(QString::fromUtf8(kVersion));
  if (arguments.reports) {
    write_page(arguments.files.front(), arguments.report);
    return 0;
  }
  MainWindow window;
  window.show();
  const std::unique_ptr<UiMap> map =
      arguments.ui_map.isEmpty() ? nullptr : std::make_unique<UiMap>(window, arguments.ui_map);
  window.open_all(arguments.files);
  return QApplication::exec();
}

}  // namespace
}  // namespace switchyard::gui

int main(int argc, char** argv) {
  using namespace switchyard::gui;
  try {
    return run(argc, argv);
  } catch (const switchyard::Interrupted&) {
    return fail("interrupted; nothing was written", kExitInterrupted);
  } catch (const switchyard::InputError& error) {
    return fail(error.what(), kExitBadInput);
  } catch (const std::exception& error) {
    return fail(fmt::format("internal error: {}", error.what()), kExitBadInput);
  }
}
