// A comparison as one page to pass on or print: figures, pictures and cases in a single file that
// needs neither network nor scripts.
#pragma once

#include <QByteArray>
#include <QString>

#include <vector>

#include "measure/report.h"

namespace switchyard::gui {

struct HtmlInput {
  QString title;
  // What each run says of itself; their candidates are not looked at.
  std::vector<Report> runs;
  std::vector<CandidateReport> candidates;
  std::vector<int> colours;  // of each candidate, as Selection::colour() has them
  int selected = -1;         // their places among the candidates; -1: none
  int baseline = -1;
  QString command;  // what makes the same comparison in a terminal; empty: not known
};

// All of one report, the first few candidates in colour.
HtmlInput html_input(const Report& report, const QString& title);

// HTML that is XML as well, in UTF-8. REQUIRES a QApplication, and to be called in its thread.
QByteArray html_report(const HtmlInput& input);

}  // namespace switchyard::gui
