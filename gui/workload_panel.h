// What the recording holds, and which part of it is replayed.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QWidget>

#include "gui/document.h"
#include "gui/error_line.h"
#include "gui/rate_strip.h"
#include "gui/workload_reader.h"

namespace switchyard::gui {

class WorkloadPanel : public QWidget {
  Q_OBJECT

 public:
  explicit WorkloadPanel(Document& document, QWidget* parent = nullptr);

 private:
  QWidget* make_range();
  void show_document();
  void show_view();
  void show_range(const TimeRange& range);
  void set_range(const TimeRange& range, bool by_key);
  void set_typed_range();

  Document& document_;
  WorkloadReader reader_;
  // What `view_` is of, or is being read.
  WorkloadSpec read_;
  std::uint64_t seed_ = 0;
  std::shared_ptr<const WorkloadView> view_;
  QLabel* source_ = nullptr;
  QLabel* summary_ = nullptr;
  RateStrip* strip_ = nullptr;
  QLineEdit* from_ = nullptr;
  QLineEdit* to_ = nullptr;
  QPushButton* whole_ = nullptr;
  QLabel* part_ = nullptr;
  ErrorLine* error_ = nullptr;
};

}  // namespace switchyard::gui
