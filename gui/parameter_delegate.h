// How values of parameters are shown: what is not given greyed.
#pragma once

#include "gui/choice_delegate.h"

namespace switchyard::gui {

class ParameterDelegate : public ChoiceDelegate {
  Q_OBJECT

 public:
  using ChoiceDelegate::ChoiceDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

}  // namespace switchyard::gui
