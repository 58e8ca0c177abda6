// Bars that lie, so that the names at their left have room.
#pragma once

#include <QtCharts/QBarCategoryAxis>
#include <QtCharts/QChartView>
#include <QtCharts/QValueAxis>

#include <string>
#include <vector>

namespace switchyard::gui {

struct Bars {
  QString name;
  QColor colour;
  std::vector<double> values;  // one a category
};

class BarChart : public QChartView {
  Q_OBJECT

 public:
  enum Kind { kStacked, kBeside };  // beside one another: with their values written at their ends

  explicit BarChart(Kind kind, QWidget* parent = nullptr);

  // Categories from the top down.
  void show_bars(const QString& title, const QStringList& categories, const std::vector<Bars>& bars,
                 const QString& category_title, const QString& value_title);
  const std::vector<Bars>& bars() const { return bars_; }
  const QStringList& categories() const { return category_names_; }

  void paint(QPainter& painter);
  // A line for each category, a field for each kind of bar; `first_field` heads the categories.
  std::string to_csv(const std::string& first_field) const;

 protected:
  void mousePressEvent(QMouseEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void follow_palette();

  Kind kind_;
  QStringList category_names_;
  std::vector<Bars> bars_;
  QBarCategoryAxis* categories_;  // owned by the chart
  QValueAxis* values_;
};

}  // namespace switchyard::gui
