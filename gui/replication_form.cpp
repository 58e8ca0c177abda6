#include "gui/replication_form.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>

#include "core/error.h"
#include "scenario/law_text.h"
#include "scenario/vocabulary.h"

namespace switchyard::gui {

ReplicationForm::ReplicationForm(Document& document, QWidget* parent)
    : QWidget(parent), document_(document) {
  mode_ = new QComboBox;
  mode_->setObjectName(QStringLiteral("replication-mode"));
  mode_->setAccessibleName(tr("Replication mode"));
  mode_->setToolTip(
      tr("when a client hears that its write is committed: at once (async), once "
         "others have received it (semi_sync) or applied it (sync)"));
  for (const std::string_view mode : kReplicationModes) {
    mode_->addItem(QString::fromStdString(std::string(mode)));
  }
  acks_ = new QSpinBox;
  acks_->setObjectName(QStringLiteral("replication-acks"));
  acks_->setAccessibleName(tr("Acknowledgements"));
  acks_->setToolTip(tr("by how many other nodes; not with async"));
  acks_->setRange(1, static_cast<int>(kMaxNodes));
  apply_workers_ = new QSpinBox;
  apply_workers_->setObjectName(QStringLiteral("apply-workers"));
  apply_workers_->setAccessibleName(tr("Apply workers"));
  apply_workers_->setToolTip(tr("commits that one node applies at a time"));
  apply_workers_->setRange(1, 1'000'000);
  for (QSpinBox* box : {acks_, apply_workers_}) box->setKeyboardTracking(false);
  delay_ = make_law("replication-delay", tr("the delay"), &ReplicationSpec::delay);
  delay_->setAccessibleName(tr("Replication delay"));
  apply_ = make_law("apply-service", tr("the apply time"), &ReplicationSpec::apply_service);
  apply_->setAccessibleName(tr("Apply time"));

  auto* form = new QFormLayout(this);
  form->setContentsMargins(0, 0, 0, 0);
  const auto add = [&](const QString& title, QWidget* first, const QString& beside,
                       QWidget* second) {
    auto* row = new QHBoxLayout;
    auto* label = new QLabel(beside);
    label->setBuddy(second);
    row->addWidget(first, 1);
    row->addWidget(label);
    row->addWidget(second);
    auto* name = new QLabel(title);
    name->setBuddy(first);
    form->addRow(name, row);
  };
  add(tr("replicatio&n"), mode_, tr("ac&ks"), acks_);
  form->addRow(tr("&delay"), delay_);
  add(tr("apply t&ime"), apply_, tr("w&orkers"), apply_workers_);

  connect(mode_, &QComboBox::activated, this, [this](int mode) {
    document_.edit(tr("the replication mode"), [&](Scenario& s) {
      s.cluster.replication.mode = static_cast<ReplicationMode>(mode);
    });
  });
  connect(acks_, &QSpinBox::valueChanged, this, [this](int acks) {
    document_.edit(tr("the acknowledgements"), [&](Scenario& s) {
      s.cluster.replication.acks = static_cast<std::uint32_t>(acks);
    });
  });
  connect(apply_workers_, &QSpinBox::valueChanged, this, [this](int workers) {
    document_.edit(tr("the apply workers"), [&](Scenario& s) {
      s.cluster.replication.apply_workers = static_cast<std::uint32_t>(workers);
    });
  });
  connect(&document_, &Document::changed, this, &ReplicationForm::show_document);
  show_document();
}

QLineEdit* ReplicationForm::make_law(const char* name, const QString& title,
                                     Law ReplicationSpec::*law) {
  auto* edit = new QLineEdit;
  edit->setObjectName(QString::fromLatin1(name));
  edit->setToolTip(tr("a time such as 5ms, or a law such as lognormal mean=5ms cv=1.5"));
  connect(edit, &QLineEdit::editingFinished, this, [this, edit, title, law] {
    const std::string text = edit->text().trimmed().toStdString();
    // What is only looked at stays as it is.
    if (text == short_text(document_.scenario().cluster.replication.*law)) return;
    try {
      const Law typed = parse_law(text);
      document_.edit(title, [&](Scenario& s) {
        s.cluster.replication.*law = typed;
        validate(s.cluster);
      });
    } catch (const InputError& error) {
      Q_EMIT rejected(QString::fromUtf8(error.what()));
    }
  });
  return edit;
}

void ReplicationForm::show_document() {
  const ReplicationSpec& spec = document_.scenario().cluster.replication;
  const QSignalBlocker quiet[] = {QSignalBlocker(mode_), QSignalBlocker(acks_),
                                  QSignalBlocker(delay_), QSignalBlocker(apply_),
                                  QSignalBlocker(apply_workers_)};
  mode_->setCurrentIndex(static_cast<int>(spec.mode));
  acks_->setValue(static_cast<int>(spec.acks));
  acks_->setEnabled(spec.mode != ReplicationMode::kAsync);
  delay_->setText(QString::fromStdString(short_text(spec.delay)));
  apply_->setText(QString::fromStdString(short_text(spec.apply_service)));
  apply_workers_->setValue(static_cast<int>(spec.apply_workers));
}

}  // namespace switchyard::gui
