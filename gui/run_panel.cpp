#include "gui/run_panel.h"

#include <QFormLayout>
#include <QSignalBlocker>

#include <array>

namespace switchyard::gui {
namespace {

struct Loop {
  LoopMode mode;
  const char* text;
  const char* help;
};
constexpr std::array<Loop, 3> kLoops = {
    {{LoopMode::kSession, "session",
      "requests come when they were recorded, but never before their session's previous answer"},
     {LoopMode::kOpen, "open", "requests come when they were recorded, whatever the answers"},
     {LoopMode::kClosed, "closed", "each session thinks for as long as it was recorded to"}}};

constexpr int kMostReplications = 100;
constexpr double kMostSpeed = 1e6;

QString text_of(const std::optional<Nanoseconds>& warmup) {
  return warmup ? QString::fromStdString(exact_duration(*warmup)) : QStringLiteral("auto");
}

QString text_of_end(Nanoseconds end) {
  return end == kNever ? QString() : QString::fromStdString(exact_duration(end));
}

}  // namespace

RunPanel::RunPanel(Document& document, QWidget* parent) : QWidget(parent), document_(document) {
  make_loop();
  make_numbers();
  warmup_ = new QLineEdit;
  warmup_->setObjectName(QStringLiteral("warmup"));
  warmup_->setAccessibleName(tr("Warm-up"));
  warmup_->setToolTip(
      tr("what is left out at the start, such as 2s; auto: as long as it takes "
         "until the figures have settled"));
  connect(warmup_, &QLineEdit::editingFinished, this, &RunPanel::set_warmup);
  end_ = new QLineEdit;
  end_->setObjectName(QStringLiteral("measure-until"));
  end_->setAccessibleName(tr("Measured until"));
  end_->setPlaceholderText(tr("the end"));
  end_->setToolTip(tr("requests that arrive later are replayed, but do not count"));
  connect(end_, &QLineEdit::editingFinished, this, &RunPanel::set_end);
  loop_help_ = new QLabel;
  loop_help_->setWordWrap(true);
  loop_help_->setTextFormat(Qt::PlainText);
  error_ = new ErrorLine(QStringLiteral("run-error"));

  auto* form = new QFormLayout(this);
  form->addRow(tr("&loop"), loop_);
  form->addRow(loop_help_);
  form->addRow(tr("&speed"), speed_);
  form->addRow(tr("see&d"), seed_);
  form->addRow(tr("repe&titions"), replications_);
  form->addRow(tr("&warm-up"), warmup_);
  form->addRow(tr("measured &until"), end_);
  form->addRow(error_);
  connect(&document_, &Document::changed, this, &RunPanel::show_document);
  show_document();
}

void RunPanel::make_loop() {
  loop_ = new QComboBox;
  loop_->setObjectName(QStringLiteral("loop"));
  loop_->setAccessibleName(tr("Loop"));
  for (const Loop& loop : kLoops) {
    loop_->addItem(tr(loop.text));
    loop_->setItemData(loop_->count() - 1, tr(loop.help), Qt::ToolTipRole);
  }
  connect(loop_, &QComboBox::activated, this, [this](int i) {
    document_.edit(tr("the loop"), [&](Scenario& scenario) {
      scenario.workload.loop = kLoops[static_cast<std::size_t>(i)].mode;
    });
  });
}

void RunPanel::make_numbers() {
  speed_ = new QDoubleSpinBox;
  speed_->setObjectName(QStringLiteral("speed"));
  speed_->setAccessibleName(tr("Speed"));
  speed_->setDecimals(3);
  speed_->setRange(0.001, kMostSpeed);
  speed_->setSuffix(tr(" times"));
  speed_->setToolTip(tr("recorded gaps between requests are divided by this"));
  connect(speed_, &QDoubleSpinBox::valueChanged, this, [this](double speed) {
    document_.edit(tr("the speed"), [&](Scenario& s) { s.workload.speed = speed; });
  });

  seed_ = new QSpinBox;
  seed_->setObjectName(QStringLiteral("seed"));
  seed_->setAccessibleName(tr("Seed"));
  seed_->setRange(0, INT_MAX);
  seed_->setToolTip(tr("the same seed gives the same figures"));
  connect(seed_, &QSpinBox::valueChanged, this, [this](int seed) {
    document_.edit(tr("the seed"), [&](Scenario& s) { s.seed = static_cast<std::uint64_t>(seed); });
  });

  replications_ = new QSpinBox;
  replications_->setObjectName(QStringLiteral("replications"));
  replications_->setAccessibleName(tr("Repetitions"));
  replications_->setRange(1, kMostReplications);
  replications_->setToolTip(tr("independent repetitions; two and more give confidence intervals"));
  connect(replications_, &QSpinBox::valueChanged, this, [this](int replications) {
    document_.edit(tr("the repetitions"), [&](Scenario& s) {
      s.run.replications = static_cast<std::uint32_t>(replications);
    });
  });
  // A number counts when it has been typed, not with each digit.
  for (QAbstractSpinBox* number :
       std::initializer_list<QAbstractSpinBox*>{speed_, seed_, replications_}) {
    number->setKeyboardTracking(false);
  }
}

void RunPanel::set_warmup() {
  const QString text = warmup_->text().trimmed();
  if (text == text_of(document_.scenario().run.warmup_ns)) return;
  const std::optional<Nanoseconds> time = parse_duration(text.toStdString());
  if (!time && text != QStringLiteral("auto")) {
    error_->show_error(tr("a warm-up is auto or a duration with a unit, found '%1'").arg(text));
    return;
  }
  document_.edit(tr("the warm-up"), [&](Scenario& s) { s.run.warmup_ns = time; });
}

void RunPanel::set_end() {
  const QString text = end_->text().trimmed();
  const RunSpec& run = document_.scenario().run;
  if (text == text_of_end(run.measure_until_ns)) return;
  const std::optional<Nanoseconds> time =
      text.isEmpty() ? kNever : parse_duration(text.toStdString());
  if (!time || *time <= run.warmup_ns.value_or(0)) {
    error_->show_error(
        tr("the end of what is measured is a duration with a unit, longer than the warm-up, or "
           "empty; found '%1'")
            .arg(text));
    return;
  }
  document_.edit(tr("the measured time"), [&](Scenario& s) { s.run.measure_until_ns = *time; });
}

void RunPanel::show_document() {
  const Scenario& scenario = document_.scenario();
  const QSignalBlocker quiet[] = {QSignalBlocker(loop_),   QSignalBlocker(speed_),
                                  QSignalBlocker(seed_),   QSignalBlocker(replications_),
                                  QSignalBlocker(warmup_), QSignalBlocker(end_)};
  for (std::size_t i = 0; i < kLoops.size(); ++i) {
    if (kLoops[i].mode != scenario.workload.loop) continue;
    loop_->setCurrentIndex(static_cast<int>(i));
    loop_help_->setText(tr(kLoops[i].help));
  }
  speed_->setValue(scenario.workload.speed);
  seed_->setValue(static_cast<int>(std::min<std::uint64_t>(scenario.seed, INT_MAX)));
  replications_->setValue(static_cast<int>(scenario.run.replications));
  warmup_->setText(text_of(scenario.run.warmup_ns));
  end_->setText(text_of_end(scenario.run.measure_until_ns));
  error_->show_error({});
}

}  // namespace switchyard::gui
