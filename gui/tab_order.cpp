#include "gui/tab_order.h"

#include <QAbstractScrollArea>
#include <QBoxLayout>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QTabWidget>

#include <vector>

namespace switchyard::gui {
namespace {

void collect(QWidget& widget, std::vector<QWidget*>& order);

void collect(const QLayout& layout, std::vector<QWidget*>& order) {
  for (int i = 0; i < layout.count(); ++i) {
    QLayoutItem& item = *layout.itemAt(i);
    if (item.widget() != nullptr) collect(*item.widget(), order);
    if (item.layout() != nullptr) collect(*item.layout(), order);
  }
}

void collect(QWidget& widget, std::vector<QWidget*>& order) {
  if ((widget.focusPolicy() & Qt::TabFocus) != 0 && widget.focusProxy() == nullptr) {
    order.push_back(&widget);
  }
  if (auto* tabs = qobject_cast<QTabWidget*>(&widget)) {
    // It hands the keyboard on to its tabs, and Qt would lead there once more.
    tabs->setFocusProxy(nullptr);
    tabs->setFocusPolicy(Qt::NoFocus);
    collect(*tabs->tabBar(), order);
    for (int i = 0; i < tabs->count(); ++i) collect(*tabs->widget(i), order);
  } else if (const auto* splitter = qobject_cast<QSplitter*>(&widget)) {
    for (int i = 0; i < splitter->count(); ++i) collect(*splitter->widget(i), order);
  } else if (const auto* scrolled = qobject_cast<QScrollArea*>(&widget)) {
    if (scrolled->widget() != nullptr) collect(*scrolled->widget(), order);
  } else if (widget.layout() != nullptr && qobject_cast<QAbstractScrollArea*>(&widget) == nullptr) {
    collect(*widget.layout(), order);
  }
}

}  // namespace

void set_tab_order_as_laid_out(QWidget& all) {
  std::vector<QWidget*> order;
  collect(all, order);
  for (std::size_t i = 1; i < order.size(); ++i) QWidget::setTabOrder(order[i - 1], order[i]);
}

}  // namespace switchyard::gui
