// switchyard-gui: explore by looking which router fits a workload.
#include <QApplication>
#include <QCommandLineParser>

#include "core/version.h"
#include "gui/main_window.h"

int main(int argc, char** argv) {
  const QApplication application(argc, argv);
  QCoreApplication::setOrganizationName(QStringLiteral("switchyard"));
  QCoreApplication::setApplicationName(QStringLiteral("switchyard-gui"));
  QCoreApplication::setApplicationVersion(QString::fromUtf8(switchyard::kVersion));
  QCommandLineParser parser;
  parser.setApplicationDescription(
      QStringLiteral("Compares router strategies on a recorded workload, in a window."));
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument(
      QStringLiteral("file"), QStringLiteral("a scenario (.toml), a recording, or reports (.json)"),
      QStringLiteral("[SCENARIO|TRACE|REPORT…]"));
  parser.process(application);
  const QStringList files = parser.positionalArguments();
  switchyard::gui::MainWindow window;
  window.show();
  window.open_all(files);
  return QApplication::exec();
}
