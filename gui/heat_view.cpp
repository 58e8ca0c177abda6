#include "gui/heat_view.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/time.h"
#include "gui/ticks.h"

namespace switchyard::gui {
namespace {

constexpr std::size_t kColumns = 160;
constexpr int kNameWidth = 110;
constexpr int kScaleWidth = 90;
constexpr int kTimeHeight = 24;

// Dark to light, as many people as possible see each step (viridis, van der Walt and Smith, 2015).
constexpr std::array<QRgb, 6> kSteps = {0xff440154, 0xff414487, 0xff2a788e,
                                        0xff22a884, 0xff7ad151, 0xfffde725};

QColor step_colour(double share) {
  const double at = std::clamp(share, 0.0, 1.0) * (kSteps.size() - 1);
  const auto from = std::min(static_cast<std::size_t>(at), kSteps.size() - 2);
  const double part = at - static_cast<double>(from);
  const QColor a = QColor::fromRgb(kSteps[from]);
  const QColor b = QColor::fromRgb(kSteps[from + 1]);
  const auto mix = [&](int x, int y) { return static_cast<int>(std::lround(x + part * (y - x))); };
  return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

QString duration_text(std::int64_t ns) {
  return QString::fromStdString(format_duration(static_cast<double>(ns)));
}

}  // namespace

HeatGrid::HeatGrid(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("heat"));
  setAccessibleName(tr("Latency by node and time"));
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(300, 120);
}

void HeatGrid::set(std::shared_ptr<const HeatReport> report, bool tail) {
  report_ = std::move(report);
  tail_ = tail;
  current_ = {};
  least_ns_ = std::numeric_limits<std::int64_t>::max();
  most_ns_ = 1;
  Cell worst;
  for (std::size_t node = 0; node < report_->nodes.size(); ++node) {
    for (std::size_t column = 0; column < report_->columns; ++column) {
      const std::int64_t ns = value(node, column);
      if (ns < 0) continue;
      least_ns_ = std::min(least_ns_, std::max<std::int64_t>(1, ns));
      if (ns > most_ns_) {
        most_ns_ = ns;
        worst = {node, column};
      }
    }
  }
  least_ns_ = std::min(least_ns_, most_ns_);
  setAccessibleDescription(tr("Highest: %1").arg(text_of(worst.node, worst.column)));
  update();
}

std::int64_t HeatGrid::value(std::size_t node, std::size_t column) const {
  const std::size_t cell = node * report_->columns + column;
  return tail_ ? report_->p99_ns[cell] : report_->p50_ns[cell];
}

QColor HeatGrid::colour(std::int64_t ns) const {
  const double low = std::log(static_cast<double>(least_ns_));
  const double high = std::log(static_cast<double>(most_ns_));
  const double at = std::log(static_cast<double>(std::max(ns, least_ns_)));
  return step_colour(high > low ? (at - low) / (high - low) : 1);
}

QString HeatGrid::text_of(std::size_t node, std::size_t column) const {
  const std::size_t cell = node * report_->columns + column;
  const Nanoseconds from = report_->from_ns + static_cast<Nanoseconds>(column) * report_->column_ns;
  const QString where = tr("%1, %2 to %3: ")
                            .arg(QString::fromStdString(report_->nodes[node]), duration_text(from),
                                 duration_text(from + report_->column_ns));
  if (report_->answered[cell] == 0) return where + tr("no requests");
  return where +
         tr("%1 requests, median %2, 99th percentile %3")
             .arg(report_->answered[cell])
             .arg(duration_text(report_->p50_ns[cell]), duration_text(report_->p99_ns[cell]));
}

QRect HeatGrid::area() const {
  return rect().adjusted(kNameWidth, 6, -kScaleWidth, -kTimeHeight);
}

std::optional<HeatGrid::Cell> HeatGrid::cell_at(QPoint position) const {
  const QRect in = area();
  if (!report_ || !in.contains(position)) return std::nullopt;
  const auto part = [](int at, int from, int length, std::size_t count) {
    const auto place =
        static_cast<std::size_t>(at - from) * count / static_cast<std::size_t>(std::max(1, length));
    return std::min(place, count - 1);
  };
  return Cell{part(position.y(), in.top(), in.height(), report_->nodes.size()),
              part(position.x(), in.left(), in.width(), report_->columns)};
}

void HeatGrid::paint(QPainter& painter) const {
  painter.fillRect(rect(), palette().base());
  if (!report_) return;
  const QRect in = area();
  const auto nodes = static_cast<int>(report_->nodes.size());
  // A pixel a cell, scaled without smoothing: exact, and cheap whatever its size.
  QImage image(static_cast<int>(report_->columns), nodes, QImage::Format_RGB32);
  image.fill(palette().color(QPalette::Base));
  for (int node = 0; node < nodes; ++node) {
    for (int column = 0; column < image.width(); ++column) {
      const std::int64_t ns =
          value(static_cast<std::size_t>(node), static_cast<std::size_t>(column));
      if (ns >= 0) image.setPixelColor(column, node, colour(ns));
    }
  }
  painter.drawImage(in, image);
  painter.setPen(palette().color(QPalette::Text));
  const double row = static_cast<double>(in.height()) / nodes;
  const int each = std::max(1, static_cast<int>(std::ceil(fontMetrics().height() / row)));
  for (int node = 0; node < nodes; node += each) {
    const QRectF place(0, in.top() + node * row, kNameWidth - 8, row * each);
    painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter,
                     fontMetrics().elidedText(
                         QString::fromStdString(report_->nodes[static_cast<std::size_t>(node)]),
                         Qt::ElideMiddle, kNameWidth - 12));
  }
  const auto from = static_cast<double>(report_->from_ns);
  const double span =
      static_cast<double>(report_->column_ns) * static_cast<double>(report_->columns);
  for (const Tick& tick : linear_time_ticks(from, from + span)) {
    const double x = in.left() + (tick.at - from) / span * in.width();
    painter.drawText(QRectF(x - 40, in.bottom() + 3, 80, kTimeHeight), Qt::AlignHCenter, tick.text);
  }
  paint_scale(painter);
  if (hasFocus()) {
    const double width = static_cast<double>(in.width()) / static_cast<double>(report_->columns);
    painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
    painter.drawRect(QRectF(in.left() + static_cast<double>(current_.column) * width,
                            in.top() + static_cast<double>(current_.node) * row, width, row));
  }
}

void HeatGrid::paint_scale(QPainter& painter) const {
  const QRect in(width() - kScaleWidth + 14, area().top(), 12, area().height());
  for (int y = 0; y < in.height(); ++y) {
    painter.fillRect(in.left(), in.bottom() - y, in.width(), 1,
                     step_colour(static_cast<double>(y) / std::max(1, in.height() - 1)));
  }
  painter.drawText(QRect(in.right() + 4, in.top(), 60, 16), Qt::AlignLeft | Qt::AlignVCenter,
                   duration_text(most_ns_));
  painter.drawText(QRect(in.right() + 4, in.bottom() - 15, 60, 16),
                   Qt::AlignLeft | Qt::AlignVCenter, duration_text(least_ns_));
}

void HeatGrid::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  paint(painter);
}

void HeatGrid::mouseMoveEvent(QMouseEvent* event) {
  const auto cell = cell_at(event->pos());
  QToolTip::showText(event->globalPosition().toPoint(),
                     cell ? text_of(cell->node, cell->column) : QString(), this);
}

void HeatGrid::choose(const Cell& cell) {
  current_ = cell;
  update();
  Q_EMIT chosen(report_->from_ns + static_cast<qint64>(cell.column) * report_->column_ns +
                report_->column_ns / 2);
}

void HeatGrid::mousePressEvent(QMouseEvent* event) {
  if (const auto cell = cell_at(event->pos())) choose(*cell);
}

void HeatGrid::keyPressEvent(QKeyEvent* event) {
  if (!report_) return;
  Cell next = current_;
  switch (event->key()) {
    case Qt::Key_Left:
      next.column -= next.column > 0 ? 1 : 0;
      break;
    case Qt::Key_Right:
      next.column += next.column + 1 < report_->columns ? 1 : 0;
      break;
    case Qt::Key_Up:
      next.node -= next.node > 0 ? 1 : 0;
      break;
    case Qt::Key_Down:
      next.node += next.node + 1 < report_->nodes.size() ? 1 : 0;
      break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
      choose(current_);
      return;
    default:
      QWidget::keyPressEvent(event);
      return;
  }
  current_ = next;
  setAccessibleDescription(text_of(next.node, next.column));
  update();
}

HeatView::HeatView(LookController& looks, Selection& selection, QWidget* parent)
    : ResultView(tr("&Heat map"), parent),
      looks_(looks),
      title_(new QLabel),
      figure_(new QComboBox),
      grid_(new HeatGrid),
      message_(new QLabel) {
  figure_->setObjectName(QStringLiteral("heat-figure"));
  figure_->setAccessibleName(tr("Figure of the heat map"));
  figure_->addItems({tr("latency, 99th percentile"), tr("latency, median")});
  title_->setTextFormat(Qt::PlainText);
  message_->setTextFormat(Qt::PlainText);
  message_->setAlignment(Qt::AlignCenter);
  message_->setWordWrap(true);
  auto* row = new QHBoxLayout;
  row->addWidget(figure_);
  row->addWidget(title_, 1);
  pages_ = new QStackedLayout;
  pages_->addWidget(message_);
  pages_->addWidget(grid_);
  auto* all = new QVBoxLayout(this);
  all->addLayout(row);
  all->addLayout(pages_, 1);
  connect(figure_, &QComboBox::currentIndexChanged, this, &ResultView::redraw_asked);
  connect(grid_, &HeatGrid::chosen, &selection, [&selection](qint64 ns) { selection.go_to(ns); });
  connect(&looks_, &LookController::failed, this, &HeatView::say);
  connect(&looks_, &LookController::heat, this, [this](int candidate, const auto& report) {
    if (candidate != candidate_) return;
    report_ = report;
    Q_EMIT redraw_asked();
  });
}

void HeatView::say(const QString& text) {
  message_->setText(text);
  pages_->setCurrentWidget(message_);
}

void HeatView::show_results(const Shown& shown) {
  title_->clear();
  if (shown.reports.empty()) return say(tr("Nothing has been run yet."));
  const auto& report = shown.reports[static_cast<std::size_t>(std::max(0, shown.selected))];
  const int place = looks_.place_of(report.name);
  if (place < 0) {
    return say(tr("A report holds no single requests; open its scenario and run it."));
  }
  title_->setText(tr("%1: select another strategy in the table; a click goes to that moment")
                      .arg(QString::fromStdString(report.name)));
  if (of_ != looks_.scenario() || candidate_ != place) report_ = nullptr;
  if (!report_) {
    of_ = looks_.scenario();
    candidate_ = place;
    looks_.map_heat(place, kColumns);
    return say(tr("Looking at each request of %1…").arg(QString::fromStdString(report.name)));
  }
  grid_->set(report_, figure_->currentIndex() == 0);
  pages_->setCurrentWidget(grid_);
}

std::optional<std::string> HeatView::table_csv() const {
  if (!report_) return std::nullopt;
  return to_csv(*report_);
}

}  // namespace switchyard::gui
