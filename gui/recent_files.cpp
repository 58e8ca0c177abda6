#include "gui/recent_files.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QSettings>

namespace switchyard::gui {
namespace {

constexpr qsizetype kMost = 8;

// Where it was installed, else the source tree that it was built from.
QStringList bundled(const QString& folder) {
  const QString installed =
      QCoreApplication::applicationDirPath() + QStringLiteral("/../share/switchyard/");
  const QString source = QStringLiteral(SWITCHYARD_DATA_DIR "/");
  for (const QString& place : {installed, source}) {
    const QDir directory(place + folder);
    QStringList paths;
    for (const QFileInfo& file : directory.entryInfoList(QDir::Files, QDir::Name)) {
      paths << file.canonicalFilePath();
    }
    if (!paths.isEmpty()) return paths;
  }
  return {};
}

}  // namespace

QStringList recent_files() {
  QStringList files = QSettings().value(QStringLiteral("recent")).toStringList();
  files.removeIf([](const QString& file) { return !QFileInfo::exists(file); });
  return files;
}

void remember_file(const QString& path) {
  const QString whole = QFileInfo(path).absoluteFilePath();
  QStringList files = recent_files();
  files.removeAll(whole);
  files.prepend(whole);
  QSettings().setValue(QStringLiteral("recent"), files.mid(0, kMost));
}

QStringList bundled_scenarios() {
  return bundled(QStringLiteral("scenarios"));
}
QStringList bundled_recordings() {
  return bundled(QStringLiteral("recordings"));
}

}  // namespace switchyard::gui
