#include "gui/overhead_view.h"

#include <QVBoxLayout>

#include <cmath>

#include "gui/palette.h"

namespace switchyard::gui {

OverheadView::OverheadView(QWidget* parent)
    : ResultView(tr("Over&head"), parent), chart_(new BarChart(BarChart::kBeside)) {
  chart_->setObjectName(QStringLiteral("overhead"));
  chart_->setAccessibleName(tr("Time of a decision"));
  setAccessibleName(tr("Overhead"));
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(6, 6, 6, 6);
  all->addWidget(chart_);
  take_keyboard(chart_);
}

void OverheadView::show_results(const Shown& shown) {
  QStringList names;
  std::vector<Bars> bars = {{tr("99th percentile"), series_colour(1, palette()), {}},
                            {tr("median"), series_colour(4, palette()), {}},
                            {tr("mean"), series_colour(0, palette()), {}}};
  QString told;
  for (std::size_t i = 0; i < shown.reports.size(); ++i) {
    const OverheadReport& overhead = shown.reports[i].overhead;
    const bool is_measured = overhead.mean_ns > 0;
    // A baseline has no such figures, and who is hidden only takes room.
    if (!is_measured || !sets_range(shown, i)) continue;
    names << QString::fromStdString(shown.reports[i].name);
    bars[0].values.push_back(static_cast<double>(overhead.p99_ns));
    bars[1].values.push_back(static_cast<double>(overhead.p50_ns));
    // A tenth of a nanosecond is more than clocks tell.
    bars[2].values.push_back(std::round(overhead.mean_ns * 10) / 10);
    told += tr("%1: mean %2 ns, median %3 ns, 99th percentile %4 ns. ")
                .arg(names.back())
                .arg(overhead.mean_ns, 0, 'g', 3)
                .arg(overhead.p50_ns)
                .arg(overhead.p99_ns);
  }
  const QString title = names.isEmpty()
                            ? tr("Nothing has been measured yet")
                            : tr("Time of a decision, measured on the machine that ran it, not "
                                 "simulated");
  chart_->setAccessibleDescription(title + QStringLiteral(". ") + told);
  setAccessibleDescription(title + QStringLiteral(". ") + told);
  chart_->show_bars(title, names, bars, {}, tr("ns per decision"));
}

}  // namespace switchyard::gui
