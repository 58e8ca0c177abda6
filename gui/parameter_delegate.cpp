#include "gui/parameter_delegate.h"

#include "gui/parameter_model.h"

namespace switchyard::gui {

void ParameterDelegate::initStyleOption(QStyleOptionViewItem* option,
                                        const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  if (index.column() == ParameterModel::kValue &&
      !index.data(ParameterModel::kIsGivenRole).toBool()) {
    option->palette.setColor(QPalette::Text, option->palette.color(QPalette::PlaceholderText));
  }
}

}  // namespace switchyard::gui
