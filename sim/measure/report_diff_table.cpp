#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "measure/report_diff_text.h"
#include "measure/report_diff_writers.h"
#include "measure/table_text.h"

namespace switchyard {
namespace {

// A cell that would be wider loses its middle, so that a row fits whatever its values are.
constexpr std::array<std::string_view, 7> kTitles = {"figure",   "base",      "new",    "change",
                                                     "relative", "tolerance", "verdict"};
constexpr std::size_t kToleranceColumn = 5;  // left out when there are no rules
constexpr std::array<std::size_t, 7> kWidest = {60, 12, 12, 12, 9, 9, 15};

using Row = std::array<std::string, 7>;

std::string_view style_of(const FigureChange& change) {
  return change.effect == Effect::kBetter ? "1;32" : "1;31";
}

class DiffTableWriter {
 public:
  DiffTableWriter(const ReportDiff& diff, const TableStyle& style) : diff_(diff), style_(style) {
    has_rules_ = some([](const FigureChange& change) { return change.rule.has_value(); });
  }

  std::string write() {
    write_verdict();
    write_manifest();
    for (const CandidateDiff& candidate : diff_.candidates) write_candidate(candidate);
    write_legend();
    write_summary();
    return std::move(out_);
  }

 private:
  void line(std::string text) {
    while (text.ends_with(' ')) text.pop_back();
    out_ += text + '\n';
  }

  void paragraph(std::string_view text, std::size_t indent) {
    out_ += wrap(one_line(text), style_.width, indent);
  }

  std::string styled(const std::string& text, std::string_view style) const {
    return style_.colour ? coloured(text, style) : text;
  }

  void write_verdict() {
    const std::string text = headline(diff_);
    const std::size_t verdict = text.find(':');
    out_ += styled(text.substr(0, verdict), diff_.passed() ? "1;32" : "1;31");
    line(text.substr(verdict));
    paragraph(fmt::format("base {}, new {}", diff_.old_file, diff_.new_file), 2);
    line("");
  }

  void indented(std::string_view text) { out_ += "  " + wrap(one_line(text), style_.width - 2, 4); }

  void write_texts(std::span<const TextChange> changes) {
    for (const TextChange& change : changes) {
      const auto [old_text, new_text] = texts_of(change);
      indented(fmt::format("{}: {} -> {}", change.key, old_text, new_text));
    }
  }

  void write_manifest() {
    if (diff_.manifest.empty() && diff_.notes.empty()) return;
    line("The two runs differ in:");
    write_texts(diff_.manifest);
    for (const TextChange& note : diff_.notes) {
      indented(fmt::format("note in {} only: {}", note.old_text ? "base" : "new",
                           note.old_text ? *note.old_text : *note.new_text));
    }
    line("");
  }

  void write_candidate(const CandidateDiff& candidate) {
    if (candidate.changes.empty() && candidate.settings.empty() && !candidate.differs_unseen()) {
      return;
    }
    paragraph(fmt::format("{}: {}", candidate.name,
                          candidate.status == CandidateStatus::kIdentical ? "identical figures"
                                                                          : counts_text(candidate)),
              2);
    write_texts(candidate.settings);
    if (!candidate.changes.empty()) write_changes(candidate);
    line("");
  }

  void write_changes(const CandidateDiff& candidate) {
    std::vector<const FigureChange*> changes = worst_first(candidate);
    std::vector<Row> rows = {Row()};
    std::ranges::copy(kTitles, rows.front().begin());
    for (const FigureChange* change : changes) {
      const ChangeText text = text_of(*change);
      rows.push_back({one_line(change->path), text.old_value, text.new_value, text.difference,
                      text.relative, text.tolerance, text.verdict});
    }
    std::array<std::size_t, 7> widths = {};
    std::size_t others = 2;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      for (const Row& row : rows) widths[i] = std::max(widths[i], display_width(row[i]));
      widths[i] = std::min(widths[i], kWidest[i]);
      if (i == kToleranceColumn && !has_rules_) widths[i] = 0;
      if (i > 0) others += widths[i] + (widths[i] > 0 ? 1 : 0);
    }
    const std::size_t room = style_.width > others + 12 ? style_.width - others : 12;
    widths[0] = std::min(widths[0], room);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      write_row(rows[r], widths, r == 0 ? nullptr : changes[r - 1]);
    }
  }

  // `change` is null for the titles.
  void write_row(const Row& row, const std::array<std::size_t, 7>& widths,
                 const FigureChange* change) {
    const bool marked = change != nullptr && change->verdict == Verdict::kBeyond;
    std::string text = marked ? "! " : "  ";
    text += pad_right(shorten(row[0], widths[0]), widths[0]);
    for (std::size_t i = 1; i + 1 < row.size(); ++i) {
      if (widths[i] > 0) text += ' ' + pad_left(shorten(row[i], widths[i]), widths[i]);
    }
    text += ' ';
    line(text + (marked ? styled(row.back(), style_of(*change)) : row.back()));
  }

  template <typename Holds>
  bool some(Holds holds) const {
    return std::ranges::any_of(diff_.candidates, [&](const CandidateDiff& candidate) {
      return std::ranges::any_of(candidate.changes, holds);
    });
  }

  void write_legend() {
    const bool marks = some([](const FigureChange& c) { return c.verdict == Verdict::kBeyond; });
    const bool chance =
        some([](const FigureChange& c) { return c.verdict == Verdict::kNotSignificant; });
    if (marks) {
      paragraph(
          "! beyond tolerance (without a rule nothing may change); better or worse where that is "
          "known.",
          2);
    }
    if (chance) {
      paragraph("not significant: the interval of the difference, from the repetitions, holds 0.",
                2);
    }
    if (marks || chance) line("");
  }

  void write_summary() {
    std::size_t width = display_width("candidate");
    for (const CandidateDiff& candidate : diff_.candidates) {
      width = std::max(width, display_width(candidate.name));
    }
    width = std::min(width, style_.width > 70 ? style_.width - 58 : 12);
    line(fmt::format("  {} {:<16} {:>7} {:>7} {:>7} {:>6}", pad_right("candidate", width),
                     "verdict", "changed", "beyond", "worse", "better"));
    for (const CandidateDiff& c : diff_.candidates) {
      const bool failed =
          c.status == CandidateStatus::kBeyond || c.status == CandidateStatus::kMissing;
      std::string text = failed ? "! " : "  ";
      text += pad_right(shorten(one_line(c.name), width), width) + ' ';
      const std::string status(status_text(c.status));
      text += failed ? styled(status, "1;31") : status;
      if (!c.changes.empty()) {
        text += pad_right("", 16 - display_width(status));
        text += fmt::format(" {:>7} {:>7} {:>7} {:>6}", c.changes.size(), c.count(Verdict::kBeyond),
                            c.count(Verdict::kBeyond, Effect::kWorse),
                            c.count(Verdict::kBeyond, Effect::kBetter));
      }
      line(text);
    }
  }

  const ReportDiff& diff_;
  const TableStyle& style_;
  bool has_rules_ = false;
  std::string out_;
};

}  // namespace

std::string to_table(const ReportDiff& diff, const TableStyle& style) {
  return DiffTableWriter(diff, style).write();
}

}  // namespace switchyard
