#include "gui/frozen_column.h"

#include <QEvent>
#include <QHeaderView>
#include <QScrollBar>

#include "gui/table_style.h"

namespace switchyard::gui {

FrozenColumn::FrozenColumn(QTableView& table, const QString& accessible_name)
    : QTableView(&table), table_(table) {
  setModel(table.model());
  setSelectionModel(table.selectionModel());
  style_table(*this, qPrintable(table.objectName() + QStringLiteral("-frozen")), accessible_name);
  sort_rows(*this);
  setFocusPolicy(Qt::NoFocus);
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  // By whole columns, the next one would lie below this.
  table.setHorizontalScrollMode(ScrollPerPixel);
  for (int i = 1; i < model()->columnCount(); ++i) setColumnHidden(i, true);

  horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  // It tells of a width before it has it.
  connect(table.horizontalHeader(), &QHeaderView::sectionResized, this,
          [this](int section, int /*before*/, int width) {
            if (section == 0) lie_over(width);
          });
  // Each sorts what both show; a heading tells of a change only.
  connect(horizontalHeader(), &QHeaderView::sortIndicatorChanged, table.horizontalHeader(),
          &QHeaderView::setSortIndicator);
  connect(table.horizontalHeader(), &QHeaderView::sortIndicatorChanged, horizontalHeader(),
          &QHeaderView::setSortIndicator);
  connect(table.verticalScrollBar(), &QScrollBar::valueChanged, verticalScrollBar(),
          &QScrollBar::setValue);
  connect(verticalScrollBar(), &QScrollBar::valueChanged, table.verticalScrollBar(),
          &QScrollBar::setValue);
  connect(selectionModel(), &QItemSelectionModel::currentChanged, this, &FrozenColumn::uncover);
  table.installEventFilter(this);
  table.viewport()->installEventFilter(this);
  take_row_height();
  lie_over(table.columnWidth(0));
}

void FrozenColumn::take_row_height() {
  verticalHeader()->setDefaultSectionSize(table_.verticalHeader()->defaultSectionSize());
}

bool FrozenColumn::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize || event->type() == QEvent::Show) {
    lie_over(table_.columnWidth(0));
  }
  return QTableView::eventFilter(watched, event);
}

void FrozenColumn::lie_over(int width) {
  setColumnWidth(0, width);
  horizontalHeader()->setFixedHeight(table_.horizontalHeader()->height());
  const QPoint corner = table_.horizontalHeader()->geometry().topLeft();
  setGeometry(corner.x(), corner.y(), width,
              table_.horizontalHeader()->height() + table_.viewport()->height());
}

// The table takes what lies below this for seen.
void FrozenColumn::uncover(const QModelIndex& current) {
  const int hidden = width() - table_.visualRect(current).left();
  if (!current.isValid() || current.column() == 0 || hidden <= 0) return;
  table_.horizontalScrollBar()->setValue(table_.horizontalScrollBar()->value() - hidden);
}

}  // namespace switchyard::gui
