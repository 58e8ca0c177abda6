#include <fmt/format.h>

#include <algorithm>

#include "measure/report_diff_text.h"
#include "measure/report_diff_writers.h"
#include "measure/table_text.h"

namespace switchyard {
namespace {

constexpr std::size_t kLargestComment = 60'000;
// For a line that counts what was left out, and the end of what is folded.
constexpr std::size_t kReserve = 400;
// So many figures of a candidate are seen at once.
constexpr std::size_t kUnfolded = 8;

// Names as they are, whatever they hold: no emphasis, no mention of a user, no HTML.
std::string code(std::string_view text) {
  std::size_t longest_run = 0;
  std::size_t run = 0;
  std::string inner = one_line(text);
  for (const char c : inner) {
    run = c == '`' ? run + 1 : 0;
    longest_run = std::max(longest_run, run);
  }
  if (inner.empty()) return "(no name)";
  // A backtick at an end, or a space at both, would be taken for the delimiter's own.
  if (inner.front() == '`' || inner.back() == '`' || inner.front() == ' ')
    inner = ' ' + inner + ' ';
  const std::string fence(longest_run + 1, '`');
  return fence + inner + fence;
}

std::string code_in_cell(std::string_view text) {
  std::string out;
  for (const char c : code(text)) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

std::string figure_row(const FigureChange& change) {
  const ChangeText text = text_of(change);
  const bool may_be_worse = change.verdict == Verdict::kBeyond && change.effect != Effect::kBetter;
  const std::string_view strong = may_be_worse ? "**" : "";
  return fmt::format("| {} | {} | {} | {} | {} | {} | {}{}{} |\n", code_in_cell(change.path),
                     text.old_value, text.new_value, text.difference, text.relative, text.tolerance,
                     strong, text.verdict, strong);
}

constexpr std::string_view kFigureTitles =
    "| figure | base | new | change | relative | tolerance | verdict |\n"
    "|---|--:|--:|--:|--:|--:|---|\n";

// What of a candidate is seen at once, and what is folded.
struct Section {
  std::string head;
  std::size_t head_lines = 0;
  std::vector<std::string> folded;
};

Section section_of(const CandidateDiff& candidate) {
  Section section;
  section.head =
      fmt::format("\n{}: {}\n\n", code(candidate.name),
                  candidate.status == CandidateStatus::kIdentical ? "identical figures"
                                                                  : counts_text(candidate));
  for (const TextChange& change : candidate.settings) {
    const auto [old_text, new_text] = texts_of(change);
    section.head +=
        fmt::format("- {}: {} → {}\n", code(change.key), code(old_text), code(new_text));
  }
  if (!candidate.settings.empty()) section.head += '\n';
  const std::vector<const FigureChange*> changes = worst_first(candidate);
  // One more than are shown is not worth a fold.
  const std::size_t shown = changes.size() <= kUnfolded + 1 ? changes.size() : kUnfolded;
  if (shown > 0) section.head += kFigureTitles;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const std::string row = figure_row(*changes[i]);
    if (i < shown) {
      section.head += row;
    } else {
      section.folded.push_back(row);
    }
  }
  section.head_lines = 1 + candidate.settings.size() + shown;
  return section;
}

class MarkdownWriter {
 public:
  explicit MarkdownWriter(const ReportDiff& diff) : diff_(diff) {}

  std::string write() {
    out_ = fmt::format("**{}** (switchyard diff)\n\n", headline(diff_));
    add(fmt::format("Base {}, new {}.\n\n", code(diff_.old_file), code(diff_.new_file)));
    write_manifest();
    write_summary();
    write_sections();
    if (left_out_ > 0) {
      out_ += fmt::format(
          "\n{} more lines would not fit a comment; `switchyard diff --format json` has all.\n",
          left_out_);
    }
    return std::move(out_);
  }

 private:
  // Whole, or not at all where less than `kept` bytes would be left of the comment.
  bool add(const std::string& text, std::size_t lines = 1, std::size_t kept = 0) {
    const bool fits = out_.size() + text.size() + kept + kReserve <= kLargestComment;
    if (fits) {
      out_ += text;
    } else {
      left_out_ += lines;
    }
    return fits;
  }

  void write_manifest() {
    if (diff_.manifest.empty() && diff_.notes.empty()) return;
    if (!add("The two runs differ in:\n\n")) return;
    for (const TextChange& change : diff_.manifest) {
      const auto [old_text, new_text] = texts_of(change);
      add(fmt::format("- {}: {} → {}\n", code(change.key), code(old_text), code(new_text)));
    }
    for (const TextChange& note : diff_.notes) {
      add(fmt::format("- note in {} only: {}\n", note.old_text ? "base" : "new",
                      code(note.old_text ? *note.old_text : *note.new_text)));
    }
    add("\n", 0);
  }

  void write_summary() {
    if (!add("| candidate | verdict | changed | beyond | worse | better |\n"
             "|---|---|--:|--:|--:|--:|\n")) {
      return;
    }
    for (const CandidateDiff& c : diff_.candidates) {
      const bool failed =
          c.status == CandidateStatus::kBeyond || c.status == CandidateStatus::kMissing;
      add(fmt::format(
          "| {} | {}{}{} | {} | {} | {} | {} |\n", code_in_cell(c.name), failed ? "**" : "",
          status_text(c.status), failed ? "**" : "", c.changes.size(), c.count(Verdict::kBeyond),
          c.count(Verdict::kBeyond, Effect::kWorse), c.count(Verdict::kBeyond, Effect::kBetter)));
    }
  }

  // What failed comes first, and what is folded leaves room for what is seen at once.
  void write_sections() {
    std::vector<Section> sections;
    std::size_t heads = 0;
    for (const bool failed : {true, false}) {
      for (const CandidateDiff& candidate : diff_.candidates) {
        if (candidate.changes.empty() && candidate.settings.empty() &&
            !candidate.differs_unseen()) {
          continue;
        }
        if ((candidate.status == CandidateStatus::kBeyond) != failed) continue;
        sections.push_back(section_of(candidate));
        heads += sections.back().head.size();
      }
    }
    for (const Section& section : sections) {
      heads -= section.head.size();
      if (add(section.head, section.head_lines)) {
        write_folded(section.folded, heads);
      } else {
        left_out_ += section.folded.size();
      }
    }
  }

  void write_folded(const std::vector<std::string>& rows, std::size_t kept) {
    if (rows.empty()) return;
    const std::string begin = fmt::format("\n<details><summary>{} more figures</summary>\n\n{}",
                                          rows.size(), kFigureTitles);
    if (add(begin + rows.front(), 1, kept)) {
      for (std::size_t i = 1; i < rows.size(); ++i) add(rows[i], 1, kept);
      out_ += "\n</details>\n";
    } else {
      left_out_ += rows.size() - 1;
    }
  }

  const ReportDiff& diff_;
  std::string out_;
  std::size_t left_out_ = 0;  // lines
};

}  // namespace

std::string to_markdown(const ReportDiff& diff) {
  return MarkdownWriter(diff).write();
}

}  // namespace switchyard
