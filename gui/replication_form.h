// How commits reach the other nodes, to be edited.
#pragma once

#include <QComboBox>
#include <QLineEdit>
#include <QSpinBox>
#include <QWidget>

#include "gui/document.h"

namespace switchyard::gui {

class ReplicationForm : public QWidget {
  Q_OBJECT

 public:
  explicit ReplicationForm(Document& document, QWidget* parent = nullptr);

 Q_SIGNALS:
  void rejected(const QString& message);

 private:
  QLineEdit* make_law(const char* name, const QString& title, Law ReplicationSpec::*law);
  void show_document();

  Document& document_;
  QComboBox* mode_ = nullptr;
  QSpinBox* acks_ = nullptr;
  QLineEdit* delay_ = nullptr;
  QLineEdit* apply_ = nullptr;
  QSpinBox* apply_workers_ = nullptr;
};

}  // namespace switchyard::gui
