// The cluster at a moment, decision by decision, forwards and backwards.
#pragma once

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QStackedLayout>
#include <QTableView>
#include <QTimer>

#include <memory>

#include "gui/choices_model.h"
#include "gui/look_controller.h"
#include "gui/result_view.h"
#include "gui/selection.h"

namespace switchyard::gui {

// The nodes with what they have, and where the decision sends its request.
class MomentPicture : public QWidget {
  Q_OBJECT

 public:
  explicit MomentPicture(QWidget* parent = nullptr);

  // `workers` of each node.
  void set(std::shared_ptr<const MomentReport> moment, std::size_t decision,
           std::vector<std::uint32_t> workers);
  void paint(QPainter& painter) const;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void paint_node(QPainter& painter, std::size_t node, const QRectF& box) const;

  std::shared_ptr<const MomentReport> moment_;
  std::size_t decision_ = 0;
  std::vector<std::uint32_t> workers_;
};

class MomentView : public ResultView {
  Q_OBJECT

 public:
  MomentView(LookController& looks, Selection& selection, QWidget* parent = nullptr);

  void show_results(const Shown& shown) override;
  QSize picture_size() const override { return picture_->size(); }
  void paint_picture(QPainter& painter) override { picture_->paint(painter); }
  std::optional<std::string> table_csv() const override;

  // Null while there is nothing to show.
  const DecisionReport* decision() const;
  ChoicesModel& choices() { return choices_; }

 public Q_SLOTS:
  // By decisions; asks for more of them at either end.
  void step(int by);

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  QWidget* make_controls();
  void look(Nanoseconds time_ns);
  void take(std::shared_ptr<const MomentReport> moment);
  void show_decision();
  void say(const QString& text);
  void play(bool on);

  LookController& looks_;
  Selection& selection_;
  ChoicesModel choices_;
  QTimer playing_;
  const Scenario* of_ = nullptr;
  int candidate_ = -1;
  Nanoseconds asked_ns_ = -1;  // what was asked for last
  std::shared_ptr<const MomentReport> moment_;
  std::size_t at_ = 0;  // of its decisions
  // Where an answer is to go on: so many steps from this request's last decision.
  std::optional<std::uint64_t> anchor_;
  int from_anchor_ = 0;

  MomentPicture* picture_;
  QLabel* message_;
  QLabel* text_;
  QSlider* slider_;
  QPushButton* play_;
  QComboBox* pace_;
  QTableView* table_;
  QStackedLayout* pages_;
};

}  // namespace switchyard::gui
