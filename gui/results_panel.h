// What came of it: the comparison and the views below, all of one selection.
#pragma once

#include <QComboBox>
#include <QPlainTextEdit>
#include <QSortFilterProxyModel>
#include <QTabWidget>
#include <QTableView>

#include "gui/comparison_model.h"
#include "gui/frozen_column.h"
#include "gui/look_controller.h"
#include "gui/measured_range.h"
#include "gui/result_view.h"
#include "gui/selection.h"

namespace switchyard::gui {

class ResultsPanel : public QWidget {
  Q_OBJECT

 public:
  explicit ResultsPanel(QWidget* parent = nullptr);
  ~ResultsPanel() override;

  Selection& selection() { return selection_; }
  ComparisonModel& comparison() { return comparison_; }

  // Forgets what was shown; rows for these, without figures yet. `scenario` is what they come from,
  // null where nobody can look closer.
  void begin(const std::vector<std::string>& names, std::shared_ptr<const Scenario> scenario);
  void set(std::size_t candidate, const CandidateReport& report);
  // Beside what is shown, if anything is: then each gets `prefix` before its name. Throws
  // InputError when that is shown already.
  void add_report(const Report& report, const std::string& prefix);
  // What the runs behind it say of themselves; their candidates are not looked at.
  void set_runs(std::vector<Report> runs);

  // What is shown came from that; null: from reports, or there is nothing.
  const Scenario* scenario() const { return looks_.scenario(); }

  // In the order of their tabs; the notes come last and are none.
  const std::vector<ResultView*>& views() const { return views_; }
  QTabWidget& tabs() { return *tabs_; }
  // Brings a tab to the front, with the keyboard.
  void show_tab(int tab);

  // Of the view in sight. Throws InputError, also where it has none.
  void save_picture(const QString& path);
  void save_table(const QString& path);
  void save_comparison(const QString& path);
  // All that is shown, as one page. Empty `command`: none makes the same.
  void save_page(const QString& path, const QString& title, const QString& command);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  QWidget* make_table();
  QWidget* make_views();
  void add(ResultView* view);
  ResultView& view_in_sight(const QString& path) const;
  void show_candidates(const std::vector<std::string>& names);
  Shown shown() const;
  void list_baselines();
  void show_rows();
  void show_view();

  Selection selection_;
  LookController looks_;
  std::vector<Report> runs_;  // without candidates
  ComparisonModel comparison_;
  QSortFilterProxyModel sorted_;
  std::vector<ResultView*> views_;
  QComboBox* baseline_ = nullptr;
  QTableView* table_ = nullptr;
  FrozenColumn* names_ = nullptr;  // of table_
  MeasuredRange* measured_ = nullptr;
  QTabWidget* tabs_ = nullptr;
  QPlainTextEdit* notes_ = nullptr;
};

}  // namespace switchyard::gui
