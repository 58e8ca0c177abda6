// The cluster drawn: primaries above, replicas below, and how writes get there.
#pragma once

#include <QWidget>

#include <vector>

#include "cluster/spec.h"

namespace switchyard::gui {

// Where each node's box stands, in rows as wide as fits, primaries first; boxes never overlap.
// REQUIRES a positive width.
std::vector<QRect> boxes_of(const ClusterSpec& cluster, int width, int line_height);

// The same in words, for those who do not see it.
QString description_of(const ClusterSpec& cluster);

class ClusterPicture : public QWidget {
  Q_OBJECT

 public:
  explicit ClusterPicture(QWidget* parent = nullptr);

  void set_cluster(const ClusterSpec& cluster);
  // -1: none.
  void select(int node);
  QRect box(int node) const;

  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  QSize sizeHint() const override;

 Q_SIGNALS:
  void clicked(int node);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;

 private:
  int line_height() const { return fontMetrics().height(); }
  void paint_arrows(QPainter& painter, const std::vector<QRect>& boxes) const;
  void paint_box(QPainter& painter, const QRect& box, std::size_t node) const;

  ClusterSpec cluster_;
  int selected_ = -1;
};

}  // namespace switchyard::gui
