// How the recording is replayed: loop, speed, seed, repetitions and what of it is measured.
#pragma once

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QSpinBox>
#include <QWidget>

#include "gui/document.h"
#include "gui/error_line.h"

namespace switchyard::gui {

class RunPanel : public QWidget {
  Q_OBJECT

 public:
  explicit RunPanel(Document& document, QWidget* parent = nullptr);

 private:
  void make_loop();
  void make_numbers();
  void set_warmup();
  void set_end();
  void show_document();

  Document& document_;
  QComboBox* loop_ = nullptr;
  QLabel* loop_help_ = nullptr;
  QDoubleSpinBox* speed_ = nullptr;
  QSpinBox* seed_ = nullptr;
  QSpinBox* replications_ = nullptr;
  QLineEdit* warmup_ = nullptr;
  QLineEdit* end_ = nullptr;  // of what is measured
  ErrorLine* error_ = nullptr;
};

}  // namespace switchyard::gui
