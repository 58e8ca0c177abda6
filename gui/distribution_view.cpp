#include "gui/distribution_view.h"

#include <QMouseEvent>
#include <QtCharts/QBarSet>
#include <QtCharts/QStackedBarSeries>

#include <array>

#include "gui/chart_style.h"
#include "gui/palette.h"

namespace switchyard::gui {
namespace {

struct Work {
  const char* name;
  std::uint64_t NodeReport::*count;
};

constexpr std::array<Work, 4> kWork = {{{"reads", &NodeReport::reads},
                                        {"writes", &NodeReport::writes},
                                        {"BEGIN, COMMIT and the like", &NodeReport::control},
                                        {"applies", &NodeReport::applies}}};

}  // namespace

DistributionView::DistributionView(QWidget* parent)
    : QChartView(parent), nodes_(new QBarCategoryAxis), counts_(new QValueAxis) {
  setObjectName(QStringLiteral("distribution"));
  setAccessibleName(tr("Work per node"));
  chart()->addAxis(nodes_, Qt::AlignBottom);
  chart()->addAxis(counts_, Qt::AlignLeft);
  counts_->setTitleText(tr("requests and applies"));
  nodes_->setTitleText(tr("node; (P) is a primary"));
  counts_->setLabelFormat(QStringLiteral("%.0f"));
  setRenderHint(QPainter::Antialiasing);
  style_chart(*chart(), palette());
  nodes_->setGridLineVisible(false);
}

void DistributionView::show_candidates(std::span<const CandidateReport> candidates, int selected) {
  chart()->removeAllSeries();
  nodes_->clear();
  if (candidates.empty()) return;
  const auto shown = static_cast<std::size_t>(std::max(0, selected));
  const CandidateReport& candidate = candidates[std::min(shown, candidates.size() - 1)];
  chart()->setTitle(QString::fromStdString(candidate.name).toHtmlEscaped());
  auto* bars = new QStackedBarSeries;
  double highest = 1;
  QString told = QString::fromStdString(candidate.name) + QStringLiteral(": ");
  for (const NodeReport& node : candidate.nodes) {
    nodes_->append(QString::fromStdString(node.name) +
                   (node.role == Role::kPrimary ? tr(" (P)") : QString()));
    double sum = 0;
    for (const Work& work : kWork) sum += static_cast<double>(node.*work.count);
    highest = std::max(highest, sum);
    told += QStringLiteral("%1 %2. ").arg(QString::fromStdString(node.name)).arg(sum);
  }
  setAccessibleDescription(told);
  for (std::size_t i = 0; i < kWork.size(); ++i) {
    auto* set = new QBarSet(tr(kWork[i].name));
    set->setColor(series_colour(i));
    set->setBorderColor(palette().color(QPalette::Base));
    for (const NodeReport& node : candidate.nodes) {
      *set << static_cast<double>(node.*kWork[i].count);
    }
    bars->append(set);
  }
  chart()->addSeries(bars);
  bars->attachAxis(nodes_);
  bars->attachAxis(counts_);
  counts_->setRange(0, highest);
  counts_->applyNiceNumbers();
}

// The chart's own handler dereferences what may not be there.
void DistributionView::mousePressEvent(QMouseEvent* event) {
  if (itemAt(event->pos()) != nullptr) QChartView::mousePressEvent(event);
}

void DistributionView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) style_chart(*chart(), palette());
  QChartView::changeEvent(event);
}

}  // namespace switchyard::gui
