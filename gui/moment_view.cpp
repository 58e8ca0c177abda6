#include "gui/moment_view.h"

#include <fmt/format.h>

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/time.h"
#include "gui/palette.h"
#include "gui/table_style.h"
#include "measure/report_writers.h"
#include "measure/table_text.h"

namespace switchyard::gui {
namespace {

// Decisions that are looked at in one go, on either side of a moment.
constexpr std::size_t kAround = 500;
constexpr int kSliderSteps = 10'000;
constexpr std::array<int, 3> kPaces = {2, 10, 50};  // decisions a second

QString text_of(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString seconds(Nanoseconds ns) {
  return text_of(fmt::format("{:.6f} s", static_cast<double>(ns) / 1e9));
}

}  // namespace

MomentPicture::MomentPicture(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("moment"));
  setAccessibleName(tr("The cluster at this moment"));
  setMinimumSize(320, 160);
}

void MomentPicture::set(std::shared_ptr<const MomentReport> moment, std::size_t decision,
                        std::vector<std::uint32_t> workers) {
  moment_ = std::move(moment);
  decision_ = decision;
  workers_ = std::move(workers);
  QString told;
  const DecisionReport& shown = moment_->decisions[decision_];
  for (std::size_t i = 0; i < moment_->nodes.size(); ++i) {
    const NodeMoment& node = shown.nodes[i];
    told += tr("%1: %2 of %3 workers busy, %4 waiting, %5 commits behind. ")
                .arg(text_of(moment_->nodes[i]))
                .arg(node.in_service)
                .arg(workers_[i])
                .arg(node.waiting)
                .arg(node.behind);
  }
  setAccessibleDescription(told);
  update();
}

void MomentPicture::paint(QPainter& painter) const {
  painter.fillRect(rect(), palette().base());
  if (!moment_) return;
  painter.setRenderHint(QPainter::Antialiasing);
  const DecisionReport& shown = moment_->decisions[decision_];
  const double left = 150;
  const double row = std::min(64.0, (height() - 12.0) / static_cast<double>(moment_->nodes.size()));
  const QRectF router(10, 6 + row * static_cast<double>(moment_->nodes.size()) / 2 - 18, 100, 36);
  painter.setPen(palette().color(QPalette::Text));
  painter.drawRoundedRect(router, 5, 5);
  painter.drawText(router.adjusted(3, 0, -3, 0), Qt::AlignCenter,
                   fontMetrics().elidedText(text_of(moment_->candidates[moment_->candidate]),
                                            Qt::ElideMiddle, 92));
  for (std::size_t i = 0; i < moment_->nodes.size(); ++i) {
    const QRectF box(left, 6 + row * static_cast<double>(i), width() - left - 10, row);
    if (shown.node == node_id(i)) {
      const QPointF end(left - 4, box.center().y());
      painter.setPen(QPen(palette().color(QPalette::Highlight), 3));
      painter.drawLine(QPointF(router.right(), router.center().y()), end);
      painter.drawLine(end, end + QPointF(-8, -5));
      painter.drawLine(end, end + QPointF(-8, 5));
    }
    paint_node(painter, i, box);
  }
}

void MomentPicture::paint_node(QPainter& painter, std::size_t node, const QRectF& box) const {
  const NodeMoment& state = moment_->decisions[decision_].nodes[node];
  const QColor text = palette().color(QPalette::Text);
  const QRectF frame = box.adjusted(0, 2, 0, -2);
  painter.setPen(QPen(text, state.role == Role::kPrimary ? 2 : 1));
  painter.drawRoundedRect(frame, 4, 4);
  QString name = text_of(moment_->nodes[node]);
  if (state.role == Role::kPrimary) name += tr(" (P)");
  if (!state.is_up) name += tr(", down");
  const QString figures =
      tr("%1/%2 busy, %3 waiting").arg(state.in_service).arg(workers_[node]).arg(state.waiting) +
      (state.behind > 0 ? tr(", %1 behind for %2")
                              .arg(state.behind)
                              .arg(text_of(format_duration(static_cast<double>(state.lag_ns))))
                        : QString());
  // Two lines where there is room for them: what it is, and what it has.
  const bool two_lines = frame.height() >= 2 * fontMetrics().height() + 6;
  const QRectF line(frame.left() + 8, frame.top() + 2, frame.width() - 16,
                    two_lines ? frame.height() / 2 : frame.height() - 4);
  const int told = fontMetrics().horizontalAdvance(figures) + 12;
  painter.drawText(line, Qt::AlignVCenter | Qt::AlignLeft,
                   fontMetrics().elidedText(name, Qt::ElideMiddle,
                                            std::max(20, static_cast<int>(line.width()) - told)));
  painter.drawText(line, Qt::AlignVCenter | Qt::AlignRight, figures);
  if (!two_lines) return;
  // A square a worker, then a thinner one for each that waits, as far as there is room.
  const double size = 12;
  const double middle = line.bottom() + (frame.bottom() - line.bottom()) / 2;
  double x = line.left();
  const double end = line.right();
  const auto squares = [&](std::size_t count, std::size_t filled, double wide, const QColor& fill) {
    for (std::size_t i = 0; i < count && x + wide < end; ++i, x += wide + 2) {
      const QRectF square(x, middle - size / 2, wide, size);
      if (i < filled) painter.fillRect(square, fill);
      painter.setPen(QPen(text, 1));
      painter.drawRect(square);
    }
  };
  squares(workers_[node], state.in_service, size, series_colour(0, palette()));
  x += 6;
  squares(state.waiting, state.waiting, size / 3, series_colour(1, palette()));
}

void MomentPicture::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  paint(painter);
}

MomentView::MomentView(LookController& looks, Selection& selection, QWidget* parent)
    : ResultView(tr("T&ime travel"), parent),
      looks_(looks),
      selection_(selection),
      picture_(new MomentPicture),
      message_(new QLabel),
      text_(new QLabel),
      table_(new QTableView) {
  message_->setAlignment(Qt::AlignCenter);
  message_->setTextFormat(Qt::PlainText);
  message_->setWordWrap(true);
  text_->setObjectName(QStringLiteral("moment-text"));
  text_->setAccessibleName(tr("The decision"));
  text_->setTextFormat(Qt::PlainText);
  text_->setWordWrap(true);
  text_->setMinimumHeight(3 * text_->fontMetrics().lineSpacing());
  text_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  style_table(*table_, "moment-choices", tr("What each strategy would have chosen"));
  table_->setModel(&choices_);
  table_->horizontalHeader()->setStretchLastSection(true);
  table_->horizontalHeader()->setSectionResizeMode(ChoicesModel::kStrategy,
                                                   QHeaderView::ResizeToContents);

  auto* left = new QWidget;
  auto* left_layout = new QVBoxLayout(left);
  left_layout->setContentsMargins(0, 0, 0, 0);
  left_layout->addWidget(picture_, 1);
  left_layout->addWidget(text_);
  auto* both = new QSplitter;
  both->setObjectName(QStringLiteral("travel-splitter"));
  both->addWidget(left);
  both->addWidget(table_);
  both->setSizes({640, 260});
  both->setStretchFactor(0, 3);
  both->setStretchFactor(1, 1);
  both->setChildrenCollapsible(false);
  pages_ = new QStackedLayout;
  pages_->addWidget(message_);
  pages_->addWidget(both);
  auto* all = new QVBoxLayout(this);
  all->addWidget(make_controls());
  all->addLayout(pages_, 1);
  connect(&playing_, &QTimer::timeout, this, [this] { step(1); });
  connect(&looks_, &LookController::moment, this, &MomentView::take);
  connect(&looks_, &LookController::failed, this, &MomentView::say);
}

QWidget* MomentView::make_controls() {
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  const auto button = [&](const QString& text, const char* name, const QString& help) {
    auto* one = new QPushButton(text);
    one->setObjectName(QString::fromLatin1(name));
    one->setAccessibleName(help);
    one->setToolTip(help);
    layout->addWidget(one);
    return one;
  };
  auto* back = button(tr("◀"), "moment-back", tr("Previous request (,)"));
  play_ = button(tr("Play"), "moment-play", tr("Play (space bar)"));
  play_->setCheckable(true);
  auto* forth = button(tr("▶"), "moment-forth", tr("Next request (.)"));
  pace_ = new QComboBox;
  pace_->setObjectName(QStringLiteral("moment-pace"));
  pace_->setAccessibleName(tr("Decisions a second"));
  for (const int pace : kPaces) pace_->addItem(tr("%1 a second").arg(pace));
  pace_->setCurrentIndex(1);
  slider_ = new QSlider(Qt::Horizontal);
  slider_->setObjectName(QStringLiteral("moment-slider"));
  slider_->setAccessibleName(tr("Time in the run"));
  slider_->setRange(0, kSliderSteps);
  slider_->setSingleStep(kSliderSteps / 200);
  slider_->setPageStep(kSliderSteps / 20);
  layout->addWidget(pace_);
  layout->addWidget(slider_, 1);
  connect(back, &QPushButton::clicked, this, [this] { step(-1); });
  connect(forth, &QPushButton::clicked, this, [this] { step(1); });
  connect(play_, &QPushButton::toggled, this, &MomentView::play);
  connect(pace_, &QComboBox::currentIndexChanged, this, [this] { play(play_->isChecked()); });
  connect(slider_, &QSlider::valueChanged, this, [this](int value) {
    const auto span = static_cast<double>(slider_->property("span-ns").toLongLong());
    look(static_cast<Nanoseconds>(span * value / kSliderSteps));
  });
  return row;
}

const DecisionReport* MomentView::decision() const {
  return moment_ && at_ < moment_->decisions.size() ? &moment_->decisions[at_] : nullptr;
}

void MomentView::say(const QString& text) {
  message_->setText(text);
  pages_->setCurrentIndex(0);
}

void MomentView::show_results(const Shown& shown) {
  if (shown.reports.empty()) return say(tr("Nothing has been run yet."));
  const auto& report = shown.reports[static_cast<std::size_t>(std::max(0, shown.selected))];
  const int place = looks_.place_of(report.name);
  if (place < 0) {
    return say(tr("A report holds no single requests; open its scenario and run it."));
  }
  slider_->setProperty("span-ns", static_cast<qlonglong>(report.bucket_ns) *
                                      static_cast<qlonglong>(report.series.size()));
  const bool same_run = of_ == looks_.scenario() && candidate_ == place;
  const auto cursor = selection_.cursor_ns();
  const bool elsewhere =
      cursor && selection_.is_locked() &&
      (decision() == nullptr || *cursor != decision()->at_ns || selection_.wanted_request());
  if (same_run && !elsewhere) return;
  if (!same_run) moment_ = nullptr;
  of_ = looks_.scenario();
  candidate_ = place;
  asked_ns_ = -1;
  if (const auto request = selection_.wanted_request()) {
    anchor_.reset();
    if (!moment_) say(tr("Going there, request by request…"));
    looks_.look_at_request(candidate_, *request, kAround, kAround);
    return;
  }
  look(elsewhere ? *cursor : std::max<Nanoseconds>(0, cursor.value_or(0)));
}

void MomentView::look(Nanoseconds time_ns) {
  if (candidate_ < 0 || time_ns == asked_ns_) return;
  asked_ns_ = time_ns;
  anchor_.reset();
  if (!moment_) say(tr("Going there, request by request…"));
  looks_.look_at(candidate_, time_ns, kAround, kAround);
}

void MomentView::take(std::shared_ptr<const MomentReport> moment) {
  if (moment->candidate != static_cast<std::size_t>(candidate_)) return;
  moment_ = std::move(moment);
  const auto& all = moment_->decisions;
  if (all.empty()) return say(tr("Nothing was decided there."));
  at_ = std::min(moment_->first, all.size() - 1);
  if (anchor_) {
    const auto found =
        std::ranges::find(all.rbegin(), all.rend(), *anchor_, &DecisionReport::request);
    if (found != all.rend()) {
      const auto place = all.rend() - found - 1 + from_anchor_;
      at_ = static_cast<std::size_t>(
          std::clamp<std::ptrdiff_t>(place, 0, static_cast<std::ptrdiff_t>(all.size()) - 1));
    }
    anchor_.reset();
  }
  show_decision();
}

void MomentView::step(int by) {
  if (decision() == nullptr) return;
  if (anchor_) {
    from_anchor_ += by;
    return;
  }
  const auto wanted = static_cast<std::ptrdiff_t>(at_) + by;
  if (wanted >= 0 && wanted < static_cast<std::ptrdiff_t>(moment_->decisions.size())) {
    at_ = static_cast<std::size_t>(wanted);
    show_decision();
    return;
  }
  // At the run's own ends there is no more.
  const std::size_t left_here =
      wanted < 0 ? moment_->first : moment_->decisions.size() - moment_->first;
  if (left_here < kAround) return;
  // With what is at this end in the middle.
  anchor_ = decision()->request;
  from_anchor_ = by;
  asked_ns_ = decision()->at_ns;
  looks_.look_at(candidate_, asked_ns_, kAround, kAround);
}

void MomentView::show_decision() {
  const DecisionReport& shown = *decision();
  std::vector<std::uint32_t> workers;
  for (const NodeSpec& node : looks_.scenario()->cluster.nodes) workers.push_back(node.workers);
  picture_->set(moment_, at_, std::move(workers));
  choices_.set(moment_, at_);
  QString text =
      tr("%1, request %2: %3").arg(seconds(shown.at_ns)).arg(shown.request).arg(text_of(shown.op));
  if (!shown.key.empty()) text += tr(" of key %1").arg(text_of(one_line(shown.key)));
  text +=
      tr(", session %1.\n%2 decides: %3 (%4).\n")
          .arg(text_of(one_line(shown.session)), text_of(moment_->candidates[moment_->candidate]),
               text_of(shown.decision), text_of(shown.reason));
  text_->setText(text + tr("It is %1.").arg(text_of(shown.outcome)));
  pages_->setCurrentIndex(1);
  asked_ns_ = shown.at_ns;
  const auto span = static_cast<double>(slider_->property("span-ns").toLongLong());
  if (span > 0) {
    const QSignalBlocker no_look(slider_);
    slider_->setValue(
        static_cast<int>(std::lround(static_cast<double>(shown.at_ns) / span * kSliderSteps)));
  }
  selection_.lock(shown.at_ns);
}

void MomentView::play(bool on) {
  playing_.setInterval(1000 / kPaces[static_cast<std::size_t>(pace_->currentIndex())]);
  if (on) {
    playing_.start();
  } else {
    playing_.stop();
  }
}

void MomentView::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Comma || event->key() == Qt::Key_Left) {
    step(-1);
  } else if (event->key() == Qt::Key_Period || event->key() == Qt::Key_Right) {
    step(1);
  } else if (event->key() == Qt::Key_Space) {
    play_->toggle();
  } else {
    QWidget::keyPressEvent(event);
  }
}

std::optional<std::string> MomentView::table_csv() const {
  if (decision() == nullptr) return std::nullopt;
  std::string text = "at_ns,request,op,session,key,decision,reason,outcome\n";
  for (const DecisionReport& one : moment_->decisions) {
    text += fmt::format("{},{},{},{},{},{},{},{}\n", one.at_ns, one.request, csv_field(one.op),
                        csv_field(one.session), csv_field(one.key), csv_field(one.decision),
                        csv_field(one.reason), csv_field(one.outcome));
  }
  return text;
}

}  // namespace switchyard::gui
