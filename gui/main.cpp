// switchyard-gui: explore by looking which router fits a workload, or write what there is to see.
#include <fmt/format.h>

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>

#include <algorithm>
#include <cstdio>
#include <span>

#include "cli/output.h"
#include "cli/progress.h"
#include "core/error.h"
#include "core/version.h"
#include "gui/document.h"
#include "gui/html_report.h"
#include "gui/main_window.h"
#include "measure/read_report.h"

namespace switchyard::gui {
namespace {

// As those of the command.
constexpr int kExitBadInput = 2;
constexpr int kExitInterrupted = 130;

// Qt looks for a display before it reads anything.
bool needs_no_window(std::span<char*> arguments) {
  return std::ranges::any_of(arguments, [](std::string_view argument) {
    return argument.starts_with("--report") || argument.starts_with("--help") || argument == "-h" ||
           argument == "--version" || argument == "-v";
  });
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

int run(int argc, char** argv) {
  if (needs_no_window({argv, static_cast<std::size_t>(argc)})) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    // What a platform can't do with windows is of no interest where none opens.
    qInstallMessageHandler([](QtMsgType type, const QMessageLogContext&, const QString& text) {
      if (type == QtCriticalMsg || type == QtFatalMsg)
        fmt::print(stderr, "{}\n", text.toStdString());
    });
  }
  const QApplication application(argc, argv);
  QCoreApplication::setOrganizationName(QStringLiteral("switchyard"));
  QCoreApplication::setApplicationName(QStringLiteral("switchyard-gui"));
  QCoreApplication::setApplicationVersion(QString::fromUtf8(kVersion));
  QCommandLineParser parser;
  parser.setApplicationDescription(
      QStringLiteral("Compares router strategies on a recorded workload, in a window."));
  const QCommandLineOption help = parser.addHelpOption();
  const QCommandLineOption version = parser.addVersionOption();
  const QCommandLineOption report(
      QStringLiteral("report"),
      QStringLiteral("Open no window: write the comparison, with its pictures, as one HTML page "
                     "(- for stdout)."),
      QStringLiteral("OUT.html"));
  parser.addOption(report);
  parser.addPositionalArgument(
      QStringLiteral("file"), QStringLiteral("a scenario (.toml), a recording, or reports (.json)"),
      QStringLiteral("[SCENARIO|RECORDING|REPORT…]"));
  if (!parser.parse(QCoreApplication::arguments())) {
    throw InputError(parser.errorText().toStdString() + " 'switchyard-gui --help' tells more");
  }
  if (parser.isSet(help)) parser.showHelp();
  if (parser.isSet(version)) parser.showVersion();
  const QStringList files = parser.positionalArguments();
  if (parser.isSet(report)) {
    if (files.size() != 1 || parser.value(report).isEmpty()) {
      throw InputError("--report OUT.html goes with one scenario, recording or report");
    }
    write_page(files.front(), parser.value(report));
    return 0;
  }
  MainWindow window;
  window.show();
  window.open_all(files);
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
