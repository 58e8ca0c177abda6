#include "gui/workload_panel.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "core/error.h"
#include "gui/workload_text.h"

namespace switchyard::gui {
namespace {

constexpr int kSteps = 1;  // of the keyboard, which are undone together

QLabel* make_label(const char* name) {
  auto* label = new QLabel;
  label->setObjectName(QString::fromLatin1(name));
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

}  // namespace

WorkloadPanel::WorkloadPanel(Document& document, QWidget* parent)
    : QWidget(parent), document_(document) {
  source_ = make_label("trace");
  QFont bold = source_->font();
  bold.setBold(true);
  source_->setFont(bold);
  summary_ = make_label("workload-summary");
  summary_->setAccessibleName(tr("What the recording holds"));
  strip_ = new RateStrip(RateStrip::Purpose::kReplayed);
  part_ = make_label("part");
  error_ = new ErrorLine(QStringLiteral("workload-error"));
  auto* layout = new QVBoxLayout(this);
  layout->addWidget(source_);
  layout->addWidget(summary_);
  layout->addWidget(strip_, 1);
  layout->addWidget(make_range());
  layout->addWidget(part_);
  layout->addWidget(error_);
  layout->addStretch(2);

  connect(strip_, &RateStrip::dragged, this, &WorkloadPanel::show_range);
  connect(strip_, &RateStrip::chosen, this, &WorkloadPanel::set_range);
  connect(&reader_, &WorkloadReader::ready, this, [this](const auto& view) {
    view_ = view;
    show_view();
  });
  connect(&reader_, &WorkloadReader::failed, this, [this](const QString& message) {
    show_view();
    error_->show_error(message);
  });
  connect(&document_, &Document::changed, this, &WorkloadPanel::show_document);
  show_document();
}

QWidget* WorkloadPanel::make_range() {
  from_ = new QLineEdit;
  from_->setObjectName(QStringLiteral("from"));
  from_->setAccessibleName(tr("Replay from"));
  from_->setPlaceholderText(tr("start"));
  from_->setToolTip(tr("since the first request, in recorded time: 10s"));
  to_ = new QLineEdit;
  to_->setObjectName(QStringLiteral("to"));
  to_->setAccessibleName(tr("Replay until"));
  to_->setPlaceholderText(tr("end"));
  to_->setToolTip(from_->toolTip());
  whole_ = new QPushButton(tr("Re&set"));
  whole_->setObjectName(QStringLiteral("whole-range"));
  whole_->setToolTip(tr("replay all of it"));
  for (QLineEdit* edit : {from_, to_}) {
    connect(edit, &QLineEdit::editingFinished, this, &WorkloadPanel::set_typed_range);
  }
  connect(whole_, &QPushButton::clicked, this, [this] { set_range({}, false); });
  auto* box = new QWidget;
  auto* layout = new QHBoxLayout(box);
  layout->setContentsMargins(0, 0, 0, 0);
  auto* from = new QLabel(tr("replay &from"));
  from->setBuddy(from_);
  auto* to = new QLabel(tr("&to"));
  to->setBuddy(to_);
  layout->addWidget(from);
  layout->addWidget(from_, 1);
  layout->addWidget(to);
  layout->addWidget(to_, 1);
  layout->addWidget(whole_);
  whole_->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
  return box;
}

void WorkloadPanel::set_range(const TimeRange& range, bool by_key) {
  try {
    validate(range);
    document_.edit(
        tr("the time range"), [&](Scenario& s) { s.workload.range = range; }, by_key ? kSteps : -1);
  } catch (const InputError& error) {
    error_->show_error(QString::fromUtf8(error.what()));
  }
}

void WorkloadPanel::set_typed_range() {
  TimeRange range;
  for (const auto& [edit, moment] :
       {std::pair{from_, &range.from_ns}, std::pair{to_, &range.to_ns}}) {
    const QString text = edit->text().trimmed();
    if (text.isEmpty()) continue;
    const auto time = parse_duration(text.toStdString());
    if (!time) {
      error_->show_error(tr("expected a duration with a unit, like 10s, found '%1'").arg(text));
      return;
    }
    *moment = *time;
  }
  error_->show_error({});
  set_range(range, false);
}

void WorkloadPanel::show_document() {
  error_->show_error({});
  if (document_.is_empty()) return;
  const Scenario& scenario = document_.scenario();
  // A range does not change what there is to choose it from.
  WorkloadSpec wanted;
  wanted.trace = scenario.workload.trace;
  wanted.import = scenario.workload.import;
  wanted.synthetic = scenario.workload.synthetic;
  const std::uint64_t seed = wanted.synthetic ? scenario.seed : 0;
  if (wanted != read_ || seed != seed_ || source_->text().isEmpty()) {
    read_ = wanted;
    seed_ = seed;
    view_ = nullptr;
    const QString trace = QString::fromStdString(wanted.trace);
    source_->setText(wanted.synthetic ? tr("synthetic workload") : QFileInfo(trace).fileName());
    source_->setToolTip(trace);
    reader_.read(wanted, seed);
    show_view();
  }
  show_range(scenario.workload.range);
}

void WorkloadPanel::show_view() {
  if (view_) {
    summary_->setText(summary_lines(view_->summary).join(QLatin1Char('\n')));
    strip_->set_rate(view_->rate, view_->summary.span_ns);
  } else {
    summary_->setText(reader_.is_reading() ? tr("reading…") : QString());
    strip_->set_rate({}, 0);
  }
  show_range(document_.scenario().workload.range);
}

void WorkloadPanel::show_range(const TimeRange& range) {
  strip_->set_range(range);
  const QSignalBlocker quiet[] = {QSignalBlocker(from_), QSignalBlocker(to_)};
  from_->setText(range.from_ns == 0 ? QString() : time_text(range.from_ns));
  to_->setText(range.to_ns == kNever ? QString() : time_text(range.to_ns));
  whole_->setEnabled(!range.is_whole());
  part_->setText(view_ && !range.is_whole() ? part_text(view_->rate, view_->summary.span_ns, range)
                                            : QString());
}

}  // namespace switchyard::gui
