#include "gui/measured_range.h"

#include <QHBoxLayout>

#include "core/time.h"

namespace switchyard::gui {
namespace {

constexpr int kRest_ms = 300;

TimeRange range_of(const RunSpec& run) {
  return {run.warmup_ns.value_or(0), run.measure_until_ns};
}

QString text_of(Nanoseconds ns) {
  return ns == kNever ? MeasuredRange::tr("the end")
                      : QString::fromStdString(format_duration(static_cast<double>(ns)));
}

}  // namespace

MeasuredRange::MeasuredRange(Selection& selection, QWidget* parent)
    : QWidget(parent),
      selection_(selection),
      strip_(new RateStrip(RateStrip::Purpose::kMeasured)),
      words_(new QLabel),
      all_(new QPushButton(tr("Measure all"))) {
  strip_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  words_->setObjectName(QStringLiteral("measured-range"));
  words_->setTextFormat(Qt::PlainText);
  words_->setAccessibleName(tr("Time that the figures count"));
  words_->setMinimumWidth(words_->fontMetrics().horizontalAdvance(tr("figures of 000.000ms to ")));
  words_->setWordWrap(true);
  all_->setObjectName(QStringLiteral("measure-all"));
  all_->setToolTip(tr("as the scenario has it"));
  resting_.setSingleShot(true);
  resting_.setInterval(kRest_ms);
  connect(&resting_, &QTimer::timeout, this, [this] { ask(asked_); });
  connect(strip_, &RateStrip::dragged, this, &MeasuredRange::show_range);
  connect(strip_, &RateStrip::chosen, this, [this](const TimeRange& range, bool by_key) {
    show_range(range);
    asked_ = range;
    by_key ? resting_.start() : ask(range);
  });
  connect(all_, &QPushButton::clicked, this, [this] { ask({}); });
  connect(&selection_, &Selection::cursor_moved, this,
          [this] { strip_->set_cursor(selection_.cursor_ns(), selection_.is_locked()); });
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(words_);
  row->addWidget(strip_, 1);
  row->addWidget(all_);
  hide();
}

void MeasuredRange::begin(std::shared_ptr<const Scenario> scenario) {
  resting_.stop();
  setVisible(scenario != nullptr);
  if (scenario != nullptr) {
    const bool same_arrivals = scenario_ != nullptr && scenario_->workload == scenario->workload &&
                               scenario_->seed == scenario->seed;
    // Nothing is counted outside the measured part: what was there before tells more.
    wants_rate_ = !same_arrivals || range_of(scenario->run).is_whole();
    if (!same_arrivals) strip_->set_rate({}, 0);
    show_range(range_of(scenario->run));
  }
  scenario_ = std::move(scenario);
}

void MeasuredRange::set(const CandidateReport& report) {
  if (!wants_rate_ || report.series.empty()) return;
  wants_rate_ = false;
  RateOverTime rate;
  rate.stretch_ns = report.bucket_ns;
  for (const SeriesPoint& point : report.series) rate.reads.push_back(point.arrivals);
  rate.writes.resize(rate.reads.size());
  strip_->set_rate(rate, report.bucket_ns * std::ssize(report.series));
}

void MeasuredRange::ask(const TimeRange& range) {
  resting_.stop();
  Q_EMIT selection_.range_asked(
      range.is_whole() ? std::nullopt : std::optional(std::pair(range.from_ns, range.to_ns)));
}

void MeasuredRange::show_range(const TimeRange& range) {
  strip_->set_range(range);
  all_->setEnabled(!range.is_whole());
  words_->setText(
      range.is_whole()
          ? tr("figures of all requests")
          : tr("figures of %1 to %2").arg(text_of(range.from_ns), text_of(range.to_ns)));
}

}  // namespace switchyard::gui
