// A picture as a part of a page.
#pragma once

#include <QByteArray>
#include <QString>
#include <QXmlStreamWriter>

namespace switchyard::gui {

// Writes the <svg> element of a file of its own, of no fixed size and without what comes before it.
// `prefix` keeps its ids apart from those of other pictures; `label` names it for those who can't
// see it.
void write_inline_svg(QXmlStreamWriter& out, const QByteArray& svg, const QString& prefix,
                      const QString& label);

}  // namespace switchyard::gui
