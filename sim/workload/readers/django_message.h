// A message of Django's logger django.db.backends: "(0.004) SELECT …; args=(1, 'x');
// alias=default".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace switchyard {

// Views of the message.
struct DjangoMessage {
  Nanoseconds dur_ns = 0;
  std::string_view sql;
  std::string_view args;     // as Python writes them: (1, 'x'), [(1,), (2,)], None
  std::string_view alias;    // the database; empty before Django 4.2
  bool is_complete = false;  // the arguments are closed, so that nothing is missing
};

// The position of the first "(0.004) " in a line; nothing if there is none.
std::optional<std::size_t> find_django_message(std::string_view line);

// Nothing unless the text begins with a duration and has arguments. The SQL and the arguments may
// both hold "; args=" in their strings.
std::optional<DjangoMessage> parse_django_message(std::string_view text);

// The elements of a Python tuple or list, without quotes and escapes; nothing if it is not closed
// or holds other tuples and lists, as those of executemany() do.
std::optional<std::vector<std::string>> python_elements(std::string_view list);

// The SQL with the placeholders %s, %(name)s and, if there are `arguments` of them, ? as $1, $2 …;
// without placeholders as it was.
std::string with_numbered_parameters(std::string_view sql, std::size_t arguments);

}  // namespace switchyard
