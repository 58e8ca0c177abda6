#include "gui/cluster_picture.h"

#include <fmt/format.h>

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

#include "gui/palette.h"
#include "scenario/law_text.h"
#include "scenario/vocabulary.h"

namespace switchyard::gui {
namespace {

constexpr int kMargin = 14;  // to the left, where the way of the writes runs
constexpr int kGap = 8;
constexpr int kArrow = 5;

QString to_text(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString node_text(const NodeSpec& node) {
  QString text = ClusterPicture::tr("%1 workers").arg(node.workers);
  if (node.speed != 1) text += QStringLiteral(" ×") + to_text(fmt::format("{}", node.speed));
  if (node.round_trip_ns > 0) {
    text +=
        QStringLiteral(", ") + to_text(format_duration(static_cast<double>(node.round_trip_ns)));
  }
  return text;
}

QString replication_text(const ReplicationSpec& spec) {
  QString text = to_text(kReplicationModes[static_cast<std::size_t>(spec.mode)]);
  text += spec.delay.is_zero() ? ClusterPicture::tr(", at once")
                               : QStringLiteral(", ") + to_text(short_text(spec.delay));
  return text;
}

QString fault_text(const FaultSpec& fault, const ClusterSpec& cluster) {
  QStringList names;
  for (const NodeId node : fault.nodes) {
    if (index(node) < cluster.nodes.size()) names << to_text(cluster.nodes[index(node)].name);
  }
  QString text = ClusterPicture::tr("%1 at %2")
                     .arg(to_text(kFaultKinds[static_cast<std::size_t>(fault.kind)])
                              .replace(QLatin1Char('_'), QLatin1Char(' ')),
                          to_text(format_duration(static_cast<double>(fault.at_ns))));
  if (fault.lasts_ns != kNever) {
    text += ClusterPicture::tr(" for %1").arg(
        to_text(format_duration(static_cast<double>(fault.lasts_ns))));
  }
  if (fault.times > 1) text += ClusterPicture::tr(", %1 times").arg(fault.times);
  return text + QStringLiteral(": ") + names.join(QStringLiteral(", "));
}

// Below all boxes.
int bottom_of(const std::vector<QRect>& boxes) {
  int bottom = 0;
  for (const QRect& box : boxes) bottom = std::max(bottom, box.bottom());
  return bottom;
}

}  // namespace

std::vector<QRect> boxes_of(const ClusterSpec& cluster, int width, int line_height) {
  const int room = std::max(1, width - kMargin - 2);
  // The more nodes, the narrower, down to where a name can still be told.
  const auto nodes = static_cast<int>(cluster.nodes.size());
  const int wanted = nodes <= 6 ? 125 : nodes <= 16 ? 100 : 70;
  const int columns = std::max(1, (room + kGap) / (wanted + kGap));
  const int box_width = std::max(1, (room - (columns - 1) * kGap) / columns);
  const int box_height = (nodes <= 16 ? 2 : 1) * line_height + 8;
  std::vector<QRect> boxes(cluster.nodes.size());
  int top = 1;
  for (const Role role : {Role::kPrimary, Role::kReplica}) {
    int column = 0;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      if (cluster.nodes[i].role != role) continue;
      if (column == columns) {
        column = 0;
        top += box_height + kGap + kArrow;
      }
      boxes[i] = {kMargin + column * (box_width + kGap), top, box_width, box_height};
      ++column;
    }
    // The writes' law is told between the two.
    if (column > 0) top += box_height + line_height + 2 * kGap + kArrow;
  }
  return boxes;
}

QString description_of(const ClusterSpec& cluster) {
  QStringList lines;
  for (const NodeSpec& node : cluster.nodes) {
    lines << ClusterPicture::tr("%1, %2: %3")
                 .arg(to_text(node.name), to_text(kRoles[static_cast<std::size_t>(node.role)]),
                      node_text(node));
  }
  if (cluster.nodes.size() > 1) {
    lines << ClusterPicture::tr("replication: %1").arg(replication_text(cluster.replication));
  }
  for (const FaultSpec& fault : cluster.faults) {
    lines << ClusterPicture::tr("fault: %1").arg(fault_text(fault, cluster));
  }
  return lines.join(QLatin1Char('\n'));
}

ClusterPicture::ClusterPicture(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("cluster-picture"));
  setAccessibleName(tr("Picture of the cluster"));
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

void ClusterPicture::set_cluster(const ClusterSpec& cluster) {
  cluster_ = cluster;
  setAccessibleDescription(description_of(cluster));
  setToolTip(accessibleDescription());
  updateGeometry();
  update();
}

void ClusterPicture::select(int node) {
  selected_ = node;
  update();
}

QRect ClusterPicture::box(int node) const {
  return boxes_of(cluster_, width(), line_height())[static_cast<std::size_t>(node)];
}

int ClusterPicture::heightForWidth(int width) const {
  return bottom_of(boxes_of(cluster_, width, line_height())) + kGap +
         static_cast<int>(cluster_.faults.size()) * line_height();
}

QSize ClusterPicture::sizeHint() const {
  return {300, heightForWidth(300)};
}

void ClusterPicture::mousePressEvent(QMouseEvent* event) {
  const std::vector<QRect> boxes = boxes_of(cluster_, width(), line_height());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (boxes[i].contains(event->position().toPoint())) Q_EMIT clicked(static_cast<int>(i));
  }
}

void ClusterPicture::paint_arrows(QPainter& painter, const std::vector<QRect>& boxes) const {
  int from = 0;
  int last = 0;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (cluster_.nodes[i].role == Role::kPrimary) {
      from = std::max(from, boxes[i].bottom());
    } else {
      last = std::max(last, boxes[i].top());
    }
  }
  painter.setPen(QPen(palette().color(QPalette::Text), 1));
  painter.setBrush(palette().color(QPalette::Text));
  const int trunk = kMargin / 2;
  const int start = boxes.empty() ? 0 : boxes.front().center().y();
  if (last > 0) {
    painter.drawText(QRect(kMargin, from + kGap / 2, width() - kMargin, line_height()),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(replication_text(cluster_.replication),
                                              Qt::ElideRight, width() - kMargin));
    painter.drawLine(trunk, start, trunk, last - kArrow - 1);
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const QRect& box = boxes[i];
    if (cluster_.nodes[i].role == Role::kPrimary) {
      if (box.left() == kMargin && last > 0) {
        painter.drawLine(trunk, box.center().y(), box.left(), box.center().y());
      }
      continue;
    }
    const int y = box.top() - kArrow - 1;
    const int x = box.center().x();
    painter.drawLine(trunk, y, x, y);
    const QPoint head[] = {{x - 3, y}, {x + 3, y}, {x, box.top() - 1}};
    painter.drawPolygon(head, 3);
  }
}

void ClusterPicture::paint_box(QPainter& painter, const QRect& box, std::size_t i) const {
  const NodeSpec& node = cluster_.nodes[i];
  const bool primary = node.role == Role::kPrimary;
  const bool fails = std::ranges::any_of(cluster_.faults, [&](const FaultSpec& fault) {
    return std::ranges::find(fault.nodes, node_id(i)) != fault.nodes.end();
  });
  QColor fill = series_colour(primary ? 1 : 0, palette());
  fill.setAlpha(60);
  const bool is_selected = static_cast<int>(i) == selected_;
  painter.setBrush(palette().color(QPalette::Base));
  painter.setPen(QPen(palette().color(is_selected ? QPalette::Highlight : QPalette::Mid),
                      is_selected ? 3 : 1));
  painter.drawRect(box);
  painter.fillRect(box.adjusted(2, 2, -1, -1), fill);
  painter.setPen(palette().color(QPalette::Text));
  const QRect inside = box.adjusted(5, 4, -5, -4);
  QFont bold = font();
  bold.setBold(true);
  painter.setFont(bold);
  const QString mark = fails ? QStringLiteral(" !") : QString();
  const QString name = painter.fontMetrics().elidedText(
      to_text(node.name), Qt::ElideMiddle,
      inside.width() - painter.fontMetrics().horizontalAdvance(mark));
  painter.drawText(inside, Qt::AlignTop | Qt::AlignLeft, name + mark);
  painter.setFont(font());
  if (inside.height() < 2 * line_height()) return;
  painter.drawText(inside, Qt::AlignBottom | Qt::AlignLeft,
                   fontMetrics().elidedText(node_text(node), Qt::ElideRight, inside.width()));
}

void ClusterPicture::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const std::vector<QRect> boxes = boxes_of(cluster_, width(), line_height());
  paint_arrows(painter, boxes);
  for (std::size_t i = 0; i < boxes.size(); ++i) paint_box(painter, boxes[i], i);
  painter.setPen(palette().color(QPalette::Text));
  int y = bottom_of(boxes) + kGap;
  for (const FaultSpec& fault : cluster_.faults) {
    painter.drawText(QRect(0, y, width(), line_height()), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(QStringLiteral("! ") + fault_text(fault, cluster_),
                                              Qt::ElideRight, width()));
    y += line_height();
  }
}

}  // namespace switchyard::gui
