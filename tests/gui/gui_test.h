// What tests of the window share.
#pragma once

#include <QDir>
#include <QFile>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QWidget>
#include <QtTest/QtTest>

namespace switchyard::gui::testing {

// A folder with a scenario of a few hundred milliseconds' work, or as many requests as are said.
class Files {
 public:
  explicit Files(qint64 requests = 20'000) {
    write(QStringLiteral("small.toml"), QStringLiteral(R"(seed = 7
[workload]
loop = "open"
[workload.synthetic]
requests = %1
arrivals = { law = "poisson", rate = 3500.0 }
sessions = 50
read_service = { law = "exponential", mean = "5ms" }
write_service = { law = "exponential", mean = "5ms" }
keys = { law = "zipf", count = 1000, exponent = 0.99 }
[databases.default]
role = "primary"
[databases.replica-1]
role = "replica"
[databases.replica-2]
role = "replica"
[replication]
delay = { law = "constant", value = "5ms" }
[[candidates]]
routers = ["MasterSlave"]
[[candidates]]
routers = ["round_robin"]
[[candidates]]
routers = ["least_outstanding"]
)")
                                            .arg(requests));
  }
  QString path(const QString& name) const { return folder_.filePath(name); }
  QString scenario() const { return path(QStringLiteral("small.toml")); }
  void write(const QString& name, const QString& text) const {
    QFile file(path(name));
    if (file.open(QIODevice::WriteOnly)) file.write(text.toUtf8());
  }

 private:
  QTemporaryDir folder_;
};

template <class Widget>
Widget& find(QWidget& parent, const char* name) {
  auto* widget = parent.findChild<Widget*>(QString::fromLatin1(name));
  if (widget == nullptr) qFatal("no widget is called %s", name);
  return *widget;
}

// As the one that has the keyboard.
inline void show(QWidget& window) {
  window.show();
  window.activateWindow();
  if (!QTest::qWaitForWindowActive(&window)) qFatal("the window does not become active");
}

// The widget of that name, on whatever tab it is, brought to the front.
template <class Widget>
Widget& shown(QWidget& window, const char* name) {
  auto* widget = window.findChild<Widget*>(QString::fromLatin1(name));
  if (widget == nullptr) qFatal("no widget is called %s", name);
  for (QWidget* one = widget; one != nullptr; one = one->parentWidget()) {
    auto* tabs = qobject_cast<QTabWidget*>(one);
    for (int i = 0; tabs != nullptr && i < tabs->count(); ++i) {
      if (tabs->widget(i)->isAncestorOf(widget)) tabs->setCurrentIndex(i);
    }
  }
  return *widget;
}

}  // namespace switchyard::gui::testing
