#include "gui/ui_map.h"

#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QHeaderView>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QListView>
#include <QPlainTextEdit>
#include <QTabBar>
#include <QTableView>

#include <cstdio>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "gui/chart_view.h"

namespace switchyard::gui {
namespace {

constexpr int kInterval_ms = 100;

// As much of a part of a widget as those around it leave to be seen.
QRect clipped(const QWidget& widget, QRect part) {
  part &= widget.rect();
  QPoint corner;  // of the widget, in the one that is looked at
  for (const QWidget* one = &widget; !one->isWindow(); one = one->parentWidget()) {
    corner += one->pos();
    part &= one->parentWidget()->rect().translated(-corner);
  }
  return part;
}

// Adds what is seen of a part of a widget.
void add(QJsonObject& map, const QString& name, const QWidget& widget, const QRect& part,
         QJsonObject more = {}) {
  const QRect seen = clipped(widget, part);
  if (seen.isEmpty() || map.contains(name)) return;
  const QPoint corner = widget.mapToGlobal(seen.topLeft());
  more[QStringLiteral("x")] = corner.x();
  more[QStringLiteral("y")] = corner.y();
  more[QStringLiteral("width")] = seen.width();
  more[QStringLiteral("height")] = seen.height();
  more[QStringLiteral("enabled")] = widget.isEnabled();
  map[name] = more;
}

void add_rows(QJsonObject& map, const QAbstractItemView& view) {
  const QAbstractItemModel* model = view.model();
  const int rows = model == nullptr ? 0 : model->rowCount(view.rootIndex());
  for (int row = 0; row < rows; ++row) {
    const QModelIndex first = model->index(row, 0, view.rootIndex());
    add(map, QStringLiteral("%1/row %2").arg(view.objectName()).arg(row), *view.viewport(),
        view.visualRect(first),
        {{QStringLiteral("text"), first.data().toString()},
         {QStringLiteral("selected"), view.selectionModel()->isSelected(first)}});
  }
}

void add_headings(QJsonObject& map, const QTableView& table) {
  const QHeaderView& header = *table.horizontalHeader();
  for (int i = 0; i < header.count(); ++i) {
    if (header.isSectionHidden(i)) continue;
    add(map, QStringLiteral("%1/heading %2").arg(table.objectName()).arg(i), *header.viewport(),
        {header.sectionViewportPosition(i), 0, header.sectionSize(i), header.height()},
        {{QStringLiteral("text"), header.model()->headerData(i, Qt::Horizontal).toString()}});
  }
}

void add_tabs(QJsonObject& map, const QTabWidget& tabs) {
  const QTabBar& bar = *tabs.tabBar();
  for (int i = 0; i < bar.count(); ++i) {
    add(map, QStringLiteral("%1/tab %2").arg(tabs.objectName()).arg(i), bar, bar.tabRect(i),
        {{QStringLiteral("text"), bar.tabText(i).remove(QLatin1Char('&'))},
         {QStringLiteral("selected"), i == bar.currentIndex()}});
  }
}

// The property that holds what a widget says, if it says something.
QJsonObject said_by(const QWidget& widget) {
  if (const auto* chart = qobject_cast<const ChartView*>(&widget)) {
    return {{QStringLiteral("from"), chart->from()},
            {QStringLiteral("to"), chart->to()},
            {QStringLiteral("lines"), static_cast<int>(chart->lines().size())}};
  }
  for (const char* property : {"text", "currentText", "plainText", "value"}) {
    const QVariant value = widget.property(property);
    if (value.isValid()) return {{QStringLiteral("text"), value.toString()}};
  }
  return {};
}

void add_widget(QJsonObject& map, const QWidget& widget) {
  const QString name = widget.objectName();
  // Those that Qt makes for itself say nothing.
  if (name.isEmpty() || name.startsWith(QStringLiteral("qt_")) || !widget.isVisible()) return;
  add(map, name, widget, widget.rect(), said_by(widget));
  if (const auto* view = qobject_cast<const QAbstractItemView*>(&widget)) add_rows(map, *view);
  if (const auto* table = qobject_cast<const QTableView*>(&widget)) add_headings(map, *table);
  if (const auto* tabs = qobject_cast<const QTabWidget*>(&widget)) add_tabs(map, *tabs);
}

}  // namespace

UiMap::UiMap(MainWindow& window, QString path) : window_(window), path_(std::move(path)) {
  connect(&window_.runs(), &RunController::started, this, [this] {
    run_stalls_.restart();
    ++runs_;
  });
  write();
  written_.get();
  timer_.start(kInterval_ms, this);
}

void UiMap::timerEvent(QTimerEvent* /*event*/) {
  using namespace std::chrono_literals;
  if (written_.valid() && written_.wait_for(0s) != std::future_status::ready) return;
  try {
    if (written_.valid()) written_.get();
    write();
  } catch (const InputError& error) {
    timer_.stop();
    std::fprintf(stderr, "%s\n", error.what());
  }
}

void UiMap::write() {
  QJsonObject map;
  for (const QWidget* widget : QApplication::allWidgets()) add_widget(map, *widget);
  const QWidget* focus = QApplication::focusWidget();
  const TimeRange& range = window_.document().scenario().workload.range;
  map[QStringLiteral("_focus")] = focus == nullptr ? QString() : focus->objectName();
  map[QStringLiteral("_range_ns")] =
      QJsonArray{static_cast<qint64>(range.from_ns), static_cast<qint64>(range.to_ns)};
  map[QStringLiteral("_running")] = window_.runs().is_running();
  map[QStringLiteral("_run_stall_ms")] = run_stalls_.longest_ms();
  map[QStringLiteral("_runs")] = runs_;
  map[QStringLiteral("_selected")] =
      QString::fromStdString(window_.results().selection().selected());
  map[QStringLiteral("_stall_ms")] = stalls_.longest_ms();
  // A disk may take its time, which would count as a stall of what is watched.
  written_ = std::async(std::launch::async, [path = path_.toStdString(),
                                             text = QJsonDocument(map).toJson().toStdString()] {
    AtomicFile file(path);
    file.write(text);
    file.commit();
  });
}

}  // namespace switchyard::gui
