#include "gui/parameter_delegate.h"

#include <QComboBox>
#include <QLineEdit>

#include "gui/parameter_model.h"

namespace switchyard::gui {

QWidget* ParameterDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                                         const QModelIndex& index) const {
  const QString usual = index.data(ParameterModel::kDefaultRole).toString();
  const QStringList choices = index.data(ParameterModel::kChoicesRole).toStringList();
  QWidget* editor = nullptr;
  if (choices.isEmpty()) {
    editor = QStyledItemDelegate::createEditor(parent, option, index);
    if (auto* line = qobject_cast<QLineEdit*>(editor)) line->setPlaceholderText(usual);
  } else {
    auto* box = new QComboBox(parent);
    box->addItem(tr("%1 (default)").arg(usual), QString());
    for (const QString& choice : choices) box->addItem(choice, choice);
    auto* self = const_cast<ParameterDelegate*>(this);
    // One choice is all there is to do.
    connect(box, &QComboBox::activated, self, [self, box] {
      Q_EMIT self->commitData(box);
      Q_EMIT self->closeEditor(box);
    });
    editor = box;
  }
  editor->setAccessibleName(index.siblingAtColumn(ParameterModel::kName).data().toString());
  editor->setAccessibleDescription(index.data(Qt::AccessibleDescriptionRole).toString());
  return editor;
}

void ParameterDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const {
  if (auto* box = qobject_cast<QComboBox*>(editor)) {
    box->setCurrentIndex(std::max(0, box->findData(index.data(Qt::EditRole))));
  } else {
    QStyledItemDelegate::setEditorData(editor, index);
  }
}

void ParameterDelegate::setModelData(QWidget* editor, QAbstractItemModel* model,
                                     const QModelIndex& index) const {
  if (const auto* box = qobject_cast<QComboBox*>(editor)) {
    model->setData(index, box->currentData(), Qt::EditRole);
  } else {
    QStyledItemDelegate::setModelData(editor, model, index);
  }
}

void ParameterDelegate::initStyleOption(QStyleOptionViewItem* option,
                                        const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  if (index.column() == ParameterModel::kValue &&
      !index.data(ParameterModel::kIsGivenRole).toBool()) {
    option->palette.setColor(QPalette::Text, option->palette.color(QPalette::PlaceholderText));
  }
}

}  // namespace switchyard::gui
