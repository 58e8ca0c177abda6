// One way to look at the results. The window holds a list of these and knows nothing else of each.
#pragma once

#include <QPainter>
#include <QWidget>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measure/report.h"

namespace switchyard::gui {

// What a view is to show. Good for as long as show_results() takes.
struct Shown {
  std::span<const CandidateReport> reports;
  std::vector<int> colours;  // of each report, as Selection::colour() has them
  int selected = -1;         // their places among `reports`; -1: none
  int baseline = -1;
};

// Whether a report counts for the range of axes: those in grey only where all are.
bool sets_range(const Shown& shown, std::size_t report);

class ResultView : public QWidget {
  Q_OBJECT

 public:
  // `caption` is what its tab says, with & before the letter that chooses it.
  explicit ResultView(QString caption, QWidget* parent = nullptr)
      : QWidget(parent), caption_(std::move(caption)) {}

  const QString& caption() const { return caption_; }
  // What has the keyboard once it comes to the front.
  QWidget& keyboard_target() { return target_ == nullptr ? *this : *target_; }
  // Called only while it is in sight, and whenever something of this has changed.
  virtual void show_results(const Shown& shown) = 0;

  // As it is seen, on the screen's scale. Empty: it has none.
  virtual QSize picture_size() const { return {}; }
  virtual void paint_picture(QPainter& /*painter*/) {}
  // A file of its own. REQUIRES that it has a picture.
  QByteArray picture_svg();
  // By its ending, .png (twice the size on the screen) or .svg, whole or not at all. Throws
  // InputError.
  void save_picture(const QString& path);

  // The numbers behind it, with a line of headings; nothing where it has none.
  virtual std::optional<std::string> table_csv() const { return std::nullopt; }

 Q_SIGNALS:
  // It needs show_results() again, to show something else of them.
  void redraw_asked();

 protected:
  // Not by setFocusProxy(), with which the tabulator passes over what comes before that widget.
  void take_keyboard(QWidget* target) { target_ = target; }

 private:
  QString caption_;
  QWidget* target_ = nullptr;
};

}  // namespace switchyard::gui
