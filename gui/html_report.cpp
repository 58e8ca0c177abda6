#include "gui/html_report.h"

#include <fmt/format.h>

#include <QXmlStreamWriter>

#include <algorithm>
#include <span>
#include <utility>

#include "core/time.h"
#include "gui/appearance.h"
#include "gui/evidence_model.h"
#include "gui/html_style.h"
#include "gui/inline_svg.h"
#include "gui/page_pictures.h"
#include "gui/palette.h"
#include "gui/selection.h"
#include "measure/column_change.h"

namespace switchyard::gui {
namespace {

// What no XML can hold, even escaped, would end the page there.
QString printable(const QString& text) {
  QString clean = text;
  for (QChar& c : clean) {
    const bool is_space = c == QLatin1Char('\n') || c == QLatin1Char('\t');
    const bool is_none = c.unicode() == 0xfffe || c.unicode() == 0xffff;
    if ((c < QLatin1Char(' ') && !is_space) || is_none) c = QChar::ReplacementCharacter;
  }
  // Halves of a pair become that character, too.
  return QString::fromUtf8(clean.toUtf8());
}
QString printable(std::string_view text) {
  return printable(QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())));
}

using Included = bool (*)(const CandidateReport&);

class PageWriter {
 public:
  explicit PageWriter(const HtmlInput& input)
      : input_(input), candidates_(input.candidates), ranking_(candidates_), out_(&page_) {
    // Pictures take names as they are.
    for (CandidateReport& candidate : candidates_) {
      candidate.name = printable(candidate.name).toStdString();
      for (NodeReport& node : candidate.nodes) node.name = printable(node.name).toStdString();
    }
  }

  QByteArray write() {
    out_.writeDTD(QStringLiteral("<!DOCTYPE html>\n"));
    begin("html", {{"xmlns", QStringLiteral("http://www.w3.org/1999/xhtml")},
                   {"lang", QStringLiteral("en")}});
    write_head();
    begin("body");
    element("h1", tr("Comparison of router strategies"));
    for (const Report& run : input_.runs) write_run(run);
    write_command();
    write_tables();
    write_pictures();
    write_evidence();
    end();
    end();
    out_.writeEndDocument();
    return std::move(page_);
  }

 private:
  using Attributes = std::vector<std::pair<const char*, QString>>;

  static QString tr(const char* text) { return ResultView::tr(text); }

  void begin(const char* name, const Attributes& attributes = {}) {
    out_.writeStartElement(QString::fromLatin1(name));
    for (const auto& [key, value] : attributes) {
      out_.writeAttribute(QString::fromLatin1(key), printable(value));
    }
  }
  void end() { out_.writeEndElement(); }
  void text(const QString& what) { out_.writeCharacters(printable(what)); }
  void element(const char* name, const QString& what, const Attributes& attributes = {}) {
    begin(name, attributes);
    text(what);
    end();
    text(QStringLiteral("\n"));
  }

  void write_head() {
    begin("head");
    begin("meta", {{"charset", QStringLiteral("utf-8")}});
    end();
    begin("meta", {{"name", QStringLiteral("viewport")},
                   {"content", QStringLiteral("width=device-width, initial-scale=1")}});
    end();
    element("title", input_.title + QStringLiteral(" — Switchyard"));
    element("style", QString::fromLatin1(kPageStyle));
    end();
  }

  void write_fact(const QString& name, const QString& value) {
    if (value.isEmpty()) return;
    element("dt", name);
    element("dd", value);
  }

  void write_run(const Report& run) {
    const auto seconds = static_cast<double>(run.span_ns) / 1e9;
    std::string requests = fmt::format("{}", run.requests);
    if (seconds > 0) {
      requests += fmt::format(" over {} ({:.0f} a second)",
                              format_duration(static_cast<double>(run.span_ns)),
                              static_cast<double>(run.requests) / seconds);
    }
    begin("dl");
    write_fact(tr("recording"), printable(run.trace));
    write_fact(tr("requests"), printable(requests));
    write_fact(tr("loop"), printable(run.loop));
    write_fact(tr("seed"), QString::number(run.seed));
    write_fact(tr("repetitions"), QString::number(run.replications));
    if (run.warmup_ns > 0) {
      write_fact(tr("warm-up, left out"),
                 printable(format_duration(static_cast<double>(run.warmup_ns))));
    }
    write_fact(tr("Switchyard"), printable(run.version));
    write_fact(tr("scenario, SHA-256"), printable(run.scenario_sha256));
    write_fact(tr("recording, SHA-256"), printable(run.trace_sha256));
    end();
    if (run.notes.empty()) return;
    element("h2", tr("Notes"));
    begin("ul");
    for (const std::string& note : run.notes) element("li", printable(note));
    end();
  }

  void write_command() {
    if (input_.command.isEmpty()) return;
    element("p", tr("The same in a terminal, from the folder in which this page was made:"));
    begin("pre");
    element("code", input_.command);
    end();
  }

  void write_tables() {
    element("h2", tr("Figures"));
    element("p", tr("The best and the worst of a column are marked; bounds, which can't be "
                    "deployed, never are%1. ± is half of the interval over the repetitions.")
                     .arg(ranking_.leaves_some_out()
                              ? tr(", nor are strategies that did not serve every request")
                              : QString()));
    write_table(tr("Latency and load; “decision” is measured, all else is simulated"),
                comparison_columns(), [](const CandidateReport&) { return true; });
    const bool any_failed = std::ranges::any_of(candidates_, [](const CandidateReport& c) {
      return c.reads.outages + c.writes.outages + c.retries + c.conflicts.lost_acknowledged_writes >
             0;
    });
    if (any_failed) {
      write_table(tr("Availability"), availability_columns(),
                  [](const CandidateReport&) { return true; });
    }
    write_table(tr("Freshness, and what became of writes"), consistency_columns(),
                [](const CandidateReport& c) { return c.staleness.has_value(); });
    write_table(tr("Freshness against latency, along the swept parameters"), frontier_columns(),
                [](const CandidateReport& c) { return !c.swept.empty() && c.staleness; });
  }

  // `included`: which candidates get a row.
  void write_table(const QString& caption, std::span<const Column> columns, Included included) {
    if (std::ranges::none_of(candidates_, included)) return;
    // What stands out is known only where all have figures.
    const bool needs_keys = columns.data() != comparison_columns().data() &&
                            columns.data() != availability_columns().data();
    const bool ranks = !needs_keys || std::ranges::all_of(candidates_, [](const auto& c) {
      return c.staleness.has_value();
    });
    begin("div", {{"class", QStringLiteral("wide")}, {"tabindex", QStringLiteral("0")}});
    begin("table");
    element("caption", caption);
    begin("thead");
    begin("tr");
    element("th", tr("strategy"), {{"scope", QStringLiteral("col")}});
    for (const Column& column : columns) {
      QString title = printable(column.first_line);
      if (!column.second_line.empty()) title += QLatin1Char(' ') + printable(column.second_line);
      element("th", title, {{"scope", QStringLiteral("col")}, {"title", printable(column.help)}});
    }
    end();
    end();
    begin("tbody");
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (!included(candidates_[i])) continue;
      begin("tr");
      write_name(i);
      for (const Column& column : columns) write_figure(column, i, ranks, included);
      end();
      text(QStringLiteral("\n"));
    }
    end();
    end();
    end();
  }

  void write_name(std::size_t i) {
    begin("th", {{"scope", QStringLiteral("row")}});
    const QString colour = series_colour(input_.colours[i], light_palette()).name();
    begin("span",
          {{"class", QStringLiteral("key")}, {"style", QStringLiteral("background:") + colour}});
    // An empty element would be closed in a way that HTML does not know.
    text(QString());
    end();
    begin("span", {{"class", QStringLiteral("name")}});
    text(printable(candidates_[i].name));
    end();
    if (candidates_[i].is_bound) write_mark("mark", tr("a bound"));
    if (static_cast<int>(i) == input_.baseline) write_mark("mark", tr("the baseline"));
    end();
  }

  void write_mark(const char* kind, const QString& what) {
    text(QStringLiteral(" "));
    begin("span", {{"class", QString::fromLatin1(kind)}});
    text(what);
    end();
  }

  void write_figure(const Column& column, std::size_t i, bool ranks, Included included) {
    const CandidateReport& candidate = candidates_[i];
    const std::string value = column.format(column.value(candidate));
    const bool may = ranks && ranking_.may_be_best(column, candidate);
    const bool is_best = may && value == ranking_.best(column);
    begin("td", is_best ? Attributes{{"class", QStringLiteral("best")}} : Attributes{});
    begin("span", {{"class", QStringLiteral("figure")}});
    text(printable(value));
    end();
    const std::string spread = plus_minus_text(column, candidate);
    if (!spread.empty()) write_mark("spread", printable(spread));
    if (is_best) write_mark("mark", tr("best"));
    if (may && value == ranking_.worst(column)) write_mark("mark", tr("worst"));
    const auto against = static_cast<std::size_t>(input_.baseline);
    if (input_.baseline >= 0 && against != i && included(candidates_[against])) {
      const ColumnChange change = change_of(column, candidates_[against], candidate);
      write_mark("change", printable(change_text(column, change)));
    }
    end();
  }

  void write_pictures() {
    Shown shown;
    shown.reports = candidates_;
    shown.colours = input_.colours;
    shown.selected = input_.selected;
    shown.baseline = input_.baseline;
    int number = 0;
    for (const PagePicture& picture : page_pictures(shown)) {
      element("h2", picture.heading);
      if (picture.svg.isEmpty()) {
        element("p", picture.text);
        continue;
      }
      begin("figure");
      write_inline_svg(out_, picture.svg, QStringLiteral("p%1-").arg(++number), picture.heading);
      begin("figcaption");
      begin("details");
      element("summary", tr("In words"));
      element("p", picture.text);
      end();
      end();
      end();
    }
    if (candidates_.size() > kMostDistributions) {
      element("p", tr("Work per node is drawn of the first %1 strategies of %2.")
                       .arg(kMostDistributions)
                       .arg(candidates_.size()));
    }
  }

  void write_evidence() {
    const auto has_cases = [](const CandidateReport& c) { return !c.evidence.empty(); };
    if (std::ranges::none_of(candidates_, has_cases)) return;
    element("h2", tr("Evidence"));
    element("p", tr("The first cases of each kind behind the figures above, to be followed through "
                    "the recording."));
    EvidenceModel model;
    for (const CandidateReport& candidate : candidates_) {
      if (!has_cases(candidate)) continue;
      model.show(candidate.evidence);
      begin("details");
      element("summary", tr("%1: %2 cases").arg(printable(candidate.name)).arg(model.rowCount()));
      begin("div", {{"class", QStringLiteral("wide")}, {"tabindex", QStringLiteral("0")}});
      write_model(model);
      end();
      end();
    }
  }

  void write_model(const QAbstractTableModel& model) {
    begin("table");
    begin("thead");
    begin("tr");
    for (int column = 0; column < model.columnCount(); ++column) {
      const auto heading = [&](int role) {
        return model.headerData(column, Qt::Horizontal, role).toString();
      };
      element("th", heading(Qt::DisplayRole),
              {{"scope", QStringLiteral("col")}, {"title", heading(Qt::ToolTipRole)}});
    }
    end();
    end();
    begin("tbody");
    for (int row = 0; row < model.rowCount(); ++row) {
      begin("tr");
      for (int column = 0; column < model.columnCount(); ++column) {
        element("td", model.index(row, column).data().toString());
      }
      end();
    }
    end();
    end();
  }

  const HtmlInput& input_;
  std::vector<CandidateReport> candidates_;
  Ranking ranking_;
  QByteArray page_;
  QXmlStreamWriter out_;
};

}  // namespace

HtmlInput html_input(const Report& report, const QString& title) {
  HtmlInput input;
  input.title = title;
  input.runs = {report};
  input.runs.front().candidates.clear();
  input.candidates = report.candidates;
  Selection selection;
  std::vector<std::string> names;
  for (const CandidateReport& candidate : report.candidates) names.push_back(candidate.name);
  selection.set_candidates(names);
  for (const std::string& name : names) input.colours.push_back(selection.colour(name));
  return input;
}

QByteArray html_report(const HtmlInput& input) {
  return PageWriter(input).write();
}

}  // namespace switchyard::gui
