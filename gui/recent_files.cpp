#include "gui/recent_files.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QSettings>
#include <QStandardPaths>

#include <algorithm>

#include "core/error.h"
#include "workload/open_trace.h"

namespace switchyard::gui {
namespace {

constexpr qsizetype kMost = 8;
constexpr qint64 kLongestLine = 1000;

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

QString unsaved_file() {
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation);
  QDir().mkpath(folder);
  return folder + QStringLiteral("/not-saved.toml");
}

QString about_file(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return {};
  if (!path.endsWith(QStringLiteral(".toml"))) {
    try {
      return QStringLiteral("%1, %2").arg(QString::fromStdString(format_title(path.toStdString())),
                                          QLocale(QLocale::English).formattedDataSize(file.size()));
    } catch (const InputError&) {
      return {};
    }
  }
  QStringList comment;
  while (!file.atEnd()) {
    const QString line = QString::fromUtf8(file.readLine(kLongestLine)).trimmed();
    if (!line.startsWith(QLatin1Char('#'))) break;
    comment << line.mid(1).trimmed();
  }
  const QString text = comment.join(QLatin1Char(' '));
  const qsizetype end = text.indexOf(QStringLiteral(". "));
  return end < 0 ? text : text.left(end + 1);
}

QStringList bundled_scenarios() {
  QStringList files = bundled(QStringLiteral("scenarios"));
  // The first comparison comes first.
  std::stable_partition(files.begin(), files.end(), [](const QString& path) {
    return path.endsWith(QStringLiteral("/quickstart.toml"));
  });
  return files;
}
QStringList bundled_recordings() {
  return bundled(QStringLiteral("recordings"));
}

}  // namespace switchyard::gui
