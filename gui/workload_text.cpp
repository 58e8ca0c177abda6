#include "gui/workload_text.h"

#include <fmt/format.h>

#include <QLocale>

#include <algorithm>

namespace switchyard::gui {
namespace {

QString count_text(std::uint64_t count) {
  return QLocale(QLocale::English).toString(static_cast<qulonglong>(count));
}

QString share_text(double share) {
  return QString::number(100 * share, 'f', 1) + QStringLiteral(" %");
}

QString share_text(std::uint64_t part, std::uint64_t whole) {
  return share_text(whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole));
}

QString duration_text(double ns) {
  return QString::fromStdString(format_duration(ns));
}

QString tr(const char* text) {
  return QObject::tr(text);
}

QString durations_line(const QString& name, const Histogram& histogram) {
  return tr("%1: %2 on average, p99 %3, at most %4")
      .arg(name, duration_text(histogram.mean()),
           duration_text(static_cast<double>(histogram.quantile(0.99))),
           duration_text(static_cast<double>(histogram.max())));
}

}  // namespace

QStringList summary_lines(const TraceSummary& s) {
  const auto of = [&](Op op) { return s.per_op[static_cast<std::size_t>(op)]; };
  const std::uint64_t writes = of(Op::kWrite) + of(Op::kDdl) + of(Op::kLockingRead);
  QStringList lines;
  lines << tr("%1 requests of %2 sessions in %3")
               .arg(count_text(s.requests), count_text(s.sessions),
                    duration_text(static_cast<double>(s.span_ns)));
  lines << tr("%1 reads, %2 need a primary, %3 not routed")
               .arg(share_text(of(Op::kRead), s.requests), share_text(writes, s.requests),
                    share_text(s.requests - of(Op::kRead) - writes, s.requests));
  if (s.span_ns > 0) {
    lines << tr("%1 requests a second on average, %2 times that at the peak")
                 .arg(QString::number(s.mean_rate, 'f', 1),
                      QString::number(s.peak_to_mean, 'f', 1));
  }
  if (s.keys > 0) {
    lines << tr("%1 keys; the hottest takes %2, the hottest 1 % of keys %3")
                 .arg(count_text(s.keys), share_text(s.hottest_key_share),
                      share_text(s.hottest_percent_key_share));
  }
  if (s.transactions > 0) lines << tr("%1 transactions").arg(count_text(s.transactions));
  if (s.with_duration > 0 && s.span_ns > 0) {
    lines << tr("%1 requests in service at a time on average")
                 .arg(QString::number(s.mean_busy, 'f', 2));
  }
  if (s.read_dur_ns.count() > 0) lines << durations_line(tr("reads"), s.read_dur_ns);
  if (s.write_dur_ns.count() > 0) lines << durations_line(tr("writes"), s.write_dur_ns);
  for (const std::string& text : s.missing) {
    lines << tr("missing %1").arg(QString::fromStdString(text));
  }
  return lines;
}

QString time_text(Nanoseconds ns) {
  const std::string exact = exact_duration(ns);
  for (const auto& [unit, name] : {std::pair{kSecond, "s"}, std::pair{kMillisecond, "ms"}}) {
    const std::string text =
        fmt::format("{}{}", static_cast<double>(ns) / static_cast<double>(unit), name);
    if (ns >= unit && text.size() <= exact.size() && parse_duration(text) == ns) {
      return QString::fromStdString(text);
    }
  }
  return QString::fromStdString(exact);
}

QString part_text(const RateOverTime& rate, Nanoseconds span_ns, const TimeRange& range) {
  double inside = 0;
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < rate.reads.size(); ++i) {
    const std::uint64_t here = rate.reads[i] + rate.writes[i];
    all += here;
    const Nanoseconds start = static_cast<Nanoseconds>(i) * rate.stretch_ns;
    const Nanoseconds common =
        std::min(range.to_ns, start + rate.stretch_ns) - std::max(range.from_ns, start);
    if (common > 0) {
      inside += static_cast<double>(here) * static_cast<double>(common) /
                static_cast<double>(rate.stretch_ns);
    }
  }
  const Nanoseconds end = std::min(range.to_ns, span_ns);
  return tr("about %1 of %2 reads and writes, %3 of %4")
      .arg(count_text(static_cast<std::uint64_t>(inside + 0.5)), count_text(all),
           duration_text(static_cast<double>(std::max<Nanoseconds>(0, end - range.from_ns))),
           duration_text(static_cast<double>(span_ns)));
}

}  // namespace switchyard::gui
