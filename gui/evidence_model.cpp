#include "gui/evidence_model.h"

#include <array>

#include "core/time.h"

namespace switchyard::gui {
namespace {

struct Title {
  const char* text;
  const char* help;
};

constexpr std::array<Title, EvidenceModel::kColumns> kTitles = {{
    {"kind", "what went wrong"},
    {"time", "when the read was begun or the write committed"},
    {"request", "its row in the recording, from 0, in the order of time"},
    {"session", "of that request"},
    {"key", "what it read or wrote"},
    {"node", "where it ran"},
    {"missed for", "how long before that the write that it did not know of was committed"},
    {"other request", "the write that was missed, conflicted with, or went elsewhere"},
    {"its session", "of the other request"},
    {"its node", "where the other request ran"},
}};

QVariant number(std::uint64_t value) {
  return QVariant::fromValue(static_cast<qulonglong>(value));
}

}  // namespace

void EvidenceModel::show(const std::vector<EvidenceReport>& cases) {
  beginResetModel();
  cases_ = cases;
  endResetModel();
}

int EvidenceModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(cases_.size());
}
int EvidenceModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kColumns;
}

QVariant EvidenceModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const EvidenceReport& one = cases_[static_cast<std::size_t>(index.row())];
  const int column = index.column();
  if (role == Qt::TextAlignmentRole) {
    const bool right =
        column == kTime || column == kLag || column == kRequest || column == kOtherRequest;
    return static_cast<int>((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  }
  if (role != Qt::DisplayRole && role != kSortRole) return {};
  const auto time = [&](std::int64_t ns) {
    return role == kSortRole
               ? QVariant::fromValue(static_cast<qlonglong>(ns))
               : QVariant(QString::fromStdString(format_duration(static_cast<double>(ns))));
  };
  switch (column) {
    case kKind:
      return QString::fromStdString(one.kind).replace(QLatin1Char('_'), QLatin1Char(' '));
    case kTime:
      return time(one.at_ns);
    case kRequest:
      return number(one.request);
    case kSession:
      return QString::fromStdString(one.session);
    case kKey:
      return QString::fromStdString(one.key);
    case kNode:
      return QString::fromStdString(one.node);
    case kLag:
      return time(one.lag_ns);
    case kOtherRequest:
      return number(one.other_request);
    case kOtherSession:
      return QString::fromStdString(one.other_session);
    default:
      return QString::fromStdString(one.other_node);
  }
}

QVariant EvidenceModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= kColumns) return {};
  const Title& title = kTitles[static_cast<std::size_t>(section)];
  if (role == Qt::ToolTipRole) return tr(title.help);
  return role == Qt::DisplayRole ? QVariant(tr(title.text)) : QVariant();
}

}  // namespace switchyard::gui
