#include <fmt/format.h>

#include <algorithm>

#include "measure/report_diff_text.h"
#include "measure/report_diff_writers.h"

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
  std::string inner;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest_run = std::max(longest_run, run);
    inner += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
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

class MarkdownWriter {
 public:
  explicit MarkdownWriter(const ReportDiff& diff) : diff_(diff) {}

  std::string write() {
    out_ = fmt::format("**{}** (switchyard diff)\n\n", headline(diff_));
    add(fmt::format("Base {}, new {}.\n\n", code(diff_.old_file), code(diff_.new_file)));
    write_manifest();
    write_summary();
    for (const CandidateDiff& candidate : diff_.candidates) write_candidate(candidate);
    if (left_out_ > 0) {
      out_ += fmt::format(
          "\n{} more lines would not fit a comment; `switchyard diff --format json` has all.\n",
          left_out_);
    }
    return std::move(out_);
  }

 private:
  // Whole, or not at all once the comment is full.
  bool add(const std::string& text, std::size_t lines = 1) {
    const bool fits = out_.size() + text.size() + kReserve <= kLargestComment;
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

  void write_candidate(const CandidateDiff& candidate) {
    if (candidate.changes.empty() && candidate.settings.empty()) return;
    std::string heading =
        fmt::format("\n{}: {}\n\n", code(candidate.name),
                    candidate.status == CandidateStatus::kIdentical ? "identical figures"
                                                                    : counts_text(candidate));
    for (const TextChange& change : candidate.settings) {
      const auto [old_text, new_text] = texts_of(change);
      heading += fmt::format("- {}: {} → {}\n", code(change.key), code(old_text), code(new_text));
    }
    if (!candidate.settings.empty()) heading += '\n';
    const std::vector<const FigureChange*> changes = worst_first(candidate);
    if (!add(heading, 1 + candidate.settings.size())) {
      left_out_ += changes.size();
      return;
    }
    // One more than fits is not worth a fold.
    const std::size_t shown = changes.size() <= kUnfolded + 1 ? changes.size() : kUnfolded;
    const auto rest = changes.begin() + static_cast<std::ptrdiff_t>(shown);
    write_figures({changes.begin(), rest});
    if (rest == changes.end()) return;
    if (add(fmt::format("\n<details><summary>{} more figures</summary>\n\n", changes.end() - rest),
            0)) {
      write_figures({rest, changes.end()});
      out_ += "\n</details>\n";
    } else {
      left_out_ += static_cast<std::size_t>(changes.end() - rest);
    }
  }

  void write_figures(const std::vector<const FigureChange*>& changes) {
    if (changes.empty()) return;
    if (!add("| figure | base | new | change | relative | tolerance | verdict |\n"
             "|---|--:|--:|--:|--:|--:|---|\n",
             changes.size())) {
      return;
    }
    for (const FigureChange* change : changes) add(figure_row(*change));
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
