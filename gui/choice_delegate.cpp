#include "gui/choice_delegate.h"

#include <QComboBox>
#include <QLineEdit>

#include <algorithm>

namespace switchyard::gui {

QWidget* ChoiceDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                                      const QModelIndex& index) const {
  const QVariant usual = index.data(kDefaultRole);
  const QStringList choices = index.data(kChoicesRole).toStringList();
  QWidget* editor = nullptr;
  if (choices.isEmpty()) {
    editor = QStyledItemDelegate::createEditor(parent, option, index);
    if (auto* line = qobject_cast<QLineEdit*>(editor)) line->setPlaceholderText(usual.toString());
  } else {
    auto* box = new QComboBox(parent);
    if (usual.isValid()) box->addItem(tr("%1 (default)").arg(usual.toString()), QString());
    for (const QString& choice : choices) box->addItem(choice, choice);
    auto* self = const_cast<ChoiceDelegate*>(this);
    // One choice is all there is to do.
    connect(box, &QComboBox::activated, self, [self, box] {
      Q_EMIT self->commitData(box);
      Q_EMIT self->closeEditor(box);
    });
    editor = box;
  }
  editor->setAccessibleName(index.siblingAtColumn(0).data().toString());
  editor->setAccessibleDescription(index.data(Qt::AccessibleDescriptionRole).toString());
  return editor;
}

void ChoiceDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const {
  if (auto* box = qobject_cast<QComboBox*>(editor)) {
    box->setCurrentIndex(std::max(0, box->findData(index.data(Qt::EditRole))));
  } else {
    QStyledItemDelegate::setEditorData(editor, index);
  }
}

void ChoiceDelegate::setModelData(QWidget* editor, QAbstractItemModel* model,
                                  const QModelIndex& index) const {
  if (const auto* box = qobject_cast<QComboBox*>(editor)) {
    model->setData(index, box->currentData(), Qt::EditRole);
  } else {
    QStyledItemDelegate::setModelData(editor, model, index);
  }
}

}  // namespace switchyard::gui
