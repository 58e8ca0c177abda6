#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <sstream>

#include "core/time.h"
#include "measure/columns.h"
#include "measure/report_writers.h"
#include "measure/table_text.h"

namespace switchyard {
namespace {

class TableWriter {
 public:
  TableWriter(const Report& report, const TableStyle& style)
      : report_(report), style_(style), ranking_(report.candidates) {
    std::size_t longest = display_width("strategy");
    for (const CandidateReport& c : report.candidates) {
      longest = std::max(longest, display_width(c.name));
    }
    std::size_t others = 0;
    for (const Column& column : comparison_columns()) others += column.width + 1;
    const std::size_t room = style.width > others + 12 ? style.width - others : 12;
    name_width_ = std::min(longest, room);
  }

  std::string write() {
    write_heading();
    write_comparison();
    write_availability();
    write_consistency();
    write_probes();
    write_frontier();
    write_nodes();
    write_notes();
    return std::move(out_);
  }

 private:
  void line(std::string text) {
    while (text.ends_with(' ')) text.pop_back();
    out_ += text + '\n';
  }

  void paragraph(std::string_view text, std::size_t indent) {
    out_ += wrap(text, style_.width, indent);
  }

  void write_heading() {
    const double requests = static_cast<double>(report_.requests);
    const double seconds = static_cast<double>(report_.span_ns) / 1e9;
    std::string text = fmt::format("{} requests", report_.requests);
    if (seconds > 0) {
      text +=
          fmt::format(" over {} ({:.0f} a second)",
                      format_duration(static_cast<double>(report_.span_ns)), requests / seconds);
    }
    text += fmt::format(", {} loop, seed {}", report_.loop, report_.seed);
    if (report_.replications > 1) text += fmt::format(", {} repetitions", report_.replications);
    if (report_.warmup_ns > 0) {
      text += ", warm-up " + format_duration(static_cast<double>(report_.warmup_ns));
    }
    if (report_.measure_until_ns != kNever) {
      text += ", measured until " + format_duration(static_cast<double>(report_.measure_until_ns));
    }
    paragraph(text, 2);
    line("");
  }

  // `included`: which candidates get a row.
  void write_columns(
      std::span<const Column> columns,
      bool (*included)(const CandidateReport&) = [](const CandidateReport&) { return true; }) {
    std::string first = pad_right("strategy", name_width_);
    std::string second = pad_right("", name_width_);
    std::vector<std::string> best;
    for (const Column& column : columns) {
      first += ' ' + pad_left(column.first_line, column.width);
      second += ' ' + pad_left(column.second_line, column.width);
      best.push_back(ranking_.best(column));
    }
    line(first);
    line(second);
    for (const CandidateReport& c : report_.candidates) {
      if (!included(c)) continue;
      std::string row = pad_right(shorten(c.name, name_width_), name_width_);
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const Column& column = columns[i];
        const std::string text = column.format(column.value(c));
        const bool is_best = !best[i].empty() && text == best[i] && ranking_.may_be_best(column, c);
        row += cell(text, column.width + 1, is_best);
      }
      line(row);
    }
    line("");
  }

  void write_comparison() {
    write_columns(comparison_columns());
    paragraph(
        fmt::format(
            "* best of its column, leaving out bounds{}.",
            ranking_.leaves_some_out() ? " and candidates that did not serve every request" : ""),
        2);
    paragraph("decision: time in the router's own code, measured.", 2);
    line("");
  }

  void write_availability() {
    const bool all_well = std::ranges::all_of(report_.candidates, [](const CandidateReport& c) {
      return c.reads.outages + c.writes.outages + c.retries == 0 &&
             c.conflicts.lost_acknowledged_writes == 0;
    });
    if (all_well) return;
    paragraph(
        "availability: share that failed, time in which none was served, and writes that were "
        "acknowledged and then lost:",
        2);
    write_columns(availability_columns());
  }

  void write_consistency() {
    if (report_.candidates.empty() || !report_.candidates.front().staleness) return;
    std::uint64_t reads = 0;
    for (const CandidateReport& c : report_.candidates) {
      reads = std::max(reads, c.staleness->reads_checked);
    }
    paragraph(fmt::format("freshness of {} reads of a key, and what became of writes:", reads), 2);
    write_columns(consistency_columns());
  }

  void write_probes() {
    std::vector<std::string> texts;
    for (const CandidateReport& c : report_.candidates) {
      const auto per_request =
          static_cast<double>(c.probes) /
          static_cast<double>(std::max<std::uint64_t>(1, report_.requests * report_.replications));
      if (c.probes > 0) texts.push_back(fmt::format("{} {:.3g} a request", c.name, per_request));
    }
    if (texts.empty()) return;
    paragraph(fmt::format("probes sent: {}.", fmt::join(texts, ", ")), 2);
    line("");
  }

  void write_frontier() {
    const auto is_swept = [](const CandidateReport& c) { return !c.swept.empty() && c.staleness; };
    if (std::ranges::none_of(report_.candidates, is_swept)) return;
    paragraph("frontier: freshness against latency, along the swept parameters:", 2);
    write_columns(frontier_columns(), is_swept);
  }

  std::string cell(const std::string& text, std::size_t width, bool is_best) const {
    if (!is_best) return pad_left(text, width);
    if (!style_.colour) return pad_left("*" + text, width);
    return pad_left("", width - display_width(text) - 1) + coloured("*" + text, "1;32");
  }

  // As many nodes side by side as fit; the rest below.
  void write_nodes() {
    if (report_.candidates.empty()) return;
    constexpr std::size_t kNodeWidth = 14;
    const std::size_t room = style_.width - std::min(style_.width, name_width_);
    const std::size_t per_block = std::max<std::size_t>(1, room / (kNodeWidth + 1));
    const std::size_t count = report_.candidates.front().nodes.size();
    paragraph(
        "per node: share of all reads, of all writes, and use of its workers, applies included", 2);
    for (std::size_t begin = 0; begin < count; begin += per_block) {
      const std::size_t end = std::min(count, begin + per_block);
      std::string names = pad_right("", name_width_);
      std::string titles = pad_right("strategy", name_width_);
      for (std::size_t i = begin; i < end; ++i) {
        const NodeReport& node = report_.candidates.front().nodes[i];
        const std::string_view mark = node.role == Role::kPrimary ? " (P)" : "";
        const std::string name = shorten(node.name, kNodeWidth - mark.size()).append(mark);
        names += ' ' + pad_left(name, kNodeWidth);
        titles += ' ' + pad_left("read write use", kNodeWidth);
      }
      line(names);
      line(titles);
      for (const CandidateReport& c : report_.candidates) write_node_row(c, begin, end, kNodeWidth);
    }
  }

  void write_node_row(const CandidateReport& c, std::size_t begin, std::size_t end,
                      std::size_t width) {
    double reads = 0;
    double writes = 0;
    for (const NodeReport& node : c.nodes) {
      reads += static_cast<double>(node.reads);
      writes += static_cast<double>(node.writes);
    }
    const auto share = [](std::uint64_t part, double whole) {
      return part == 0 ? std::string("-") : percent_text(static_cast<double>(part) / whole);
    };
    std::string row = pad_right(shorten(c.name, name_width_), name_width_);
    for (std::size_t i = begin; i < end; ++i) {
      const NodeReport& node = c.nodes[i];
      const std::string text = pad_left(share(node.reads, reads), 4) + ' ' +
                               pad_left(share(node.writes, writes), 4) + ' ' +
                               pad_left(percent_text(node.utilisation), 4);
      row += ' ' + pad_left(text, width);
    }
    line(row);
  }

  void write_notes() {
    if (report_.notes.empty()) return;
    line("");
    for (const std::string& note : report_.notes) {
      // What follows the first line is laid out by whoever wrote it, as tracebacks are.
      const std::size_t end = std::min(note.find('\n'), note.size());
      paragraph("note: " + note.substr(0, end), 6);
      std::istringstream more(note.substr(std::min(end + 1, note.size())));
      for (std::string text; std::getline(more, text);) line("      " + text);
    }
  }

  const Report& report_;
  const TableStyle& style_;
  Ranking ranking_;
  std::size_t name_width_ = 0;
  std::string out_;
};

}  // namespace

std::string to_table(const Report& report, const TableStyle& style) {
  return TableWriter(report, style).write();
}

}  // namespace switchyard
