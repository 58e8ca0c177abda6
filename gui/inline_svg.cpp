#include "gui/inline_svg.h"

#include <QXmlStreamReader>

#include <utility>

namespace switchyard::gui {
namespace {

bool is_of_the_file(QStringView attribute) {
  return attribute == QLatin1String("width") || attribute == QLatin1String("height") ||
         attribute == QLatin1String("version") || attribute == QLatin1String("baseProfile");
}

class SvgCopier {
 public:
  SvgCopier(QXmlStreamWriter& out, const QByteArray& svg, QString prefix, QString label)
      : out_(out), in_(svg), prefix_(std::move(prefix)), label_(std::move(label)) {
    in_.setNamespaceProcessing(false);
  }

  void copy() {
    while (!in_.atEnd()) {
      in_.readNext();
      if (in_.isStartElement()) {
        begin();
      } else if (in_.isEndElement()) {
        end();
      } else if (in_.isCharacters() && depth_ > 0 && !in_.isWhitespace()) {
        // Spaces between elements mean nothing.
        write_line();
        out_.writeCharacters(in_.text().toString());
      }
    }
    // What was begun before it broke.
    write_line();
    while (depth_-- > 0) out_.writeEndElement();
  }

 private:
  void begin() {
    const QStringView name = in_.qualifiedName();
    // They would pop up over all of the picture; the page has both in its text.
    if (name == QLatin1String("title") || name == QLatin1String("desc")) {
      in_.skipCurrentElement();
      return;
    }
    if (depth_ > 0 && name == QLatin1String("polyline")) {
      add_line(in_.attributes());
      in_.skipCurrentElement();
      return;
    }
    write_line();
    out_.writeStartElement(name.toString());
    for (const QXmlStreamAttribute& attribute : in_.attributes()) {
      if (depth_ > 0 || !is_of_the_file(attribute.qualifiedName())) write(attribute);
    }
    if (depth_++ == 0) {
      out_.writeAttribute(QStringLiteral("role"), QStringLiteral("img"));
      out_.writeAttribute(QStringLiteral("aria-label"), label_);
    }
  }

  void end() {
    write_line();
    out_.writeEndElement();
    --depth_;
  }

  // Charts draw each part of a line on its own; where one goes on from the other they become one,
  // a fraction as long.
  void add_line(const QXmlStreamAttributes& attributes) {
    const QString key = QStringLiteral("points");
    QXmlStreamAttributes others;
    for (const QXmlStreamAttribute& one : attributes) {
      if (one.qualifiedName() != key) others.append(one);
    }
    const QStringList points =
        attributes.value(key).toString().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    const bool goes_on = !line_.isEmpty() && !points.isEmpty() && line_.last() == points.first() &&
                         others == line_attributes_;
    if (!goes_on) write_line();
    line_attributes_ = others;
    line_ += goes_on ? points.mid(1) : points;
  }

  void write_line() {
    if (line_.isEmpty()) return;
    out_.writeStartElement(QStringLiteral("polyline"));
    for (const QXmlStreamAttribute& attribute : line_attributes_) write(attribute);
    out_.writeAttribute(QStringLiteral("points"), line_.join(QLatin1Char(' ')));
    out_.writeEndElement();
    line_.clear();
  }

  void write(const QXmlStreamAttribute& attribute) {
    const QString name = attribute.qualifiedName().toString();
    QString value = attribute.value().toString();
    if (name == QStringLiteral("id")) {
      value.prepend(prefix_);
    } else if (name.endsWith(QStringLiteral("href")) && value.startsWith(QLatin1Char('#'))) {
      value.insert(1, prefix_);
    } else if (name == QStringLiteral("font-family")) {
      // Not every reader has the fonts of the writer.
      value += QStringLiteral(", sans-serif");
    } else {
      value.replace(QStringLiteral("url(#"), QStringLiteral("url(#") + prefix_);
    }
    out_.writeAttribute(name, value);
  }

  QXmlStreamWriter& out_;
  QXmlStreamReader in_;
  QString prefix_;
  QString label_;
  int depth_ = 0;
  QXmlStreamAttributes line_attributes_;
  QStringList line_;  // its points, which are written once it ends
};

}  // namespace

void write_inline_svg(QXmlStreamWriter& out, const QByteArray& svg, const QString& prefix,
                      const QString& label) {
  SvgCopier(out, svg, prefix, label).copy();
}

}  // namespace switchyard::gui
