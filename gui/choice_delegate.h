// Edits cells whose models say which words they may be by a list of those, all others as text.
#pragma once

#include <QStyledItemDelegate>

namespace switchyard::gui {

// What models may say of a cell: the words it may be, and what it is unless given.
enum ChoiceRole { kChoicesRole = Qt::UserRole + 1, kDefaultRole };

class ChoiceDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const override;
  void setEditorData(QWidget* editor, const QModelIndex& index) const override;
  void setModelData(QWidget* editor, QAbstractItemModel* model,
                    const QModelIndex& index) const override;
};

}  // namespace switchyard::gui
