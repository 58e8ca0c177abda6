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
  parser.addPositionalArgument(QStringLiteral("file"),
                               QStringLiteral("a scenario (.toml) or a recording"),
                               QStringLiteral("[SCENARIO|TRACE]"));
  parser.process(application);
  const QStringList files = parser.positionalArguments();
  if (files.size() > 1) {
    qCritical("switchyard-gui opens one file at a time");
    return 2;
  }
  switchyard::gui::MainWindow window;
  window.show();
  if (!files.isEmpty()) window.open(files.front());
  return QApplication::exec();
}
