#include "gui/evidence_view.h"

#include <QHeaderView>
#include <QVBoxLayout>

#include <algorithm>

#include "gui/palette.h"
#include "gui/table_style.h"
#include "measure/report_writers.h"

namespace switchyard::gui {

EvidenceView::EvidenceView(Selection& selection, QWidget* parent)
    : ResultView(tr("&Evidence"), parent), heading_(new QLabel), table_(new QTableView) {
  setAccessibleName(tr("Evidence"));
  sorted_.setSourceModel(&model_);
  sorted_.setSortRole(EvidenceModel::kSortRole);
  heading_->setObjectName(QStringLiteral("evidence-heading"));
  heading_->setTextFormat(Qt::PlainText);
  heading_->setWordWrap(true);
  style_table(*table_, "evidence", tr("Stale reads, conflicts and other cases"));
  table_->setModel(&sorted_);
  sort_rows(*table_);
  connect(table_, &QTableView::activated, this, [this, &selection](const QModelIndex& row) {
    const auto place = static_cast<std::size_t>(sorted_.mapToSource(row).row());
    const EvidenceReport& one = model_.cases()[place];
    selection.go_to(one.at_ns, one.request);
  });
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(6, 6, 6, 6);
  all->addWidget(heading_);
  all->addWidget(table_, 1);
  take_keyboard(table_);
}

// Before the models that it shows.
EvidenceView::~EvidenceView() {
  delete table_;
}

void EvidenceView::show_results(const Shown& shown) {
  if (shown.reports.empty()) {
    model_.show({});
    heading_->setText(tr("Nothing has been run yet."));
    return;
  }
  const auto place = static_cast<std::size_t>(std::max(0, shown.selected));
  const CandidateReport& candidate = shown.reports[place];
  model_.show(candidate.evidence);
  const QString name = QString::fromStdString(candidate.name);
  heading_->setText(
      candidate.evidence.empty()
          ? tr("%1: no cases. Reports that are opened hold none either; run the scenario for them.")
                .arg(name)
          : tr("%1: the first cases of each kind. Enter or a double click shows the moment.")
                .arg(name));
  setAccessibleDescription(heading_->text());
}

std::optional<std::string> EvidenceView::table_csv() const {
  std::string text =
      "kind,at_ns,request,session,key,node,lag_ns,other_request,other_session,other_node\n";
  for (int row = 0; row < sorted_.rowCount(); ++row) {
    for (int column = 0; column < EvidenceModel::kColumns; ++column) {
      if (column > 0) text += ',';
      text += csv_field(
          sorted_.index(row, column).data(EvidenceModel::kSortRole).toString().toStdString());
    }
    text += '\n';
  }
  return text;
}

}  // namespace switchyard::gui
