#include "gui/distribution_view.h"

#include <QVBoxLayout>

#include <array>

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
    : ResultView(tr("&Distribution"), parent), chart_(new BarChart(BarChart::kStacked)) {
  chart_->setObjectName(QStringLiteral("distribution"));
  chart_->setAccessibleName(tr("Work per node"));
  setAccessibleName(tr("Distribution"));
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(6, 6, 6, 6);
  all->addWidget(chart_);
  take_keyboard(chart_);
}

void DistributionView::show_results(const Shown& shown) {
  if (shown.reports.empty()) {
    chart_->show_bars(tr("Nothing has been run yet"), {}, {}, {}, {});
    return;
  }
  const auto place = static_cast<std::size_t>(std::max(0, shown.selected));
  const CandidateReport& candidate = shown.reports[place];
  QStringList nodes;
  std::vector<Bars> bars;
  for (const Work& work : kWork) {
    bars.push_back({tr(work.name), series_colour(static_cast<int>(bars.size()), palette()), {}});
  }
  QString told = tr("%1: ").arg(QString::fromStdString(candidate.name));
  for (const NodeReport& node : candidate.nodes) {
    nodes << QString::fromStdString(node.name) +
                 (node.role == Role::kPrimary ? tr(" (P)") : QString());
    told += QString::fromStdString(node.name);
    for (std::size_t i = 0; i < kWork.size(); ++i) {
      bars[i].values.push_back(static_cast<double>(node.*kWork[i].count));
      told += tr(", %1 %2").arg(node.*kWork[i].count).arg(tr(kWork[i].name));
    }
    told += QStringLiteral(". ");
  }
  chart_->setAccessibleDescription(told);
  setAccessibleDescription(told);
  chart_->show_bars(QString::fromStdString(candidate.name), nodes, bars,
                    tr("node; (P) is a primary"), tr("requests and applies"));
}

std::optional<std::string> DistributionView::table_csv() const {
  return chart_->to_csv("node");
}

}  // namespace switchyard::gui
