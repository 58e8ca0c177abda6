// The native CSV form of a trace.
//
// First line `# switchyard-trace v1 epoch_ns=… source=…`, then a header, then one request a line,
// sorted by time. Columns go by name, in any order; unknown ones are ignored.
//   required  t        start of the statement, ns since epoch_ns (an integer)
//             session  client connection, any text
//             op       r read, l locking read, w write, d DDL, b begin, c commit, a abort,
//                      s session state, x other
//   optional  key, table, node, stmt (text); dur (ns at the server), bytes, rows (integers);
//             txn (integer, unique within the session); flags (letters of RSPEMU);
//             count (equal requests at the same instant that the line stands for, from 1);
//             asked (how routers were asked: a letter for each call, r or w, a capital one decides;
//             =2 where the session's second latest call said; - nobody: `default`; * at the end:
//             with an object; empty: once, as op tells); object, object_table (text: the key and
//             the table of that object, where it is another than the row's own)
// Fields may be quoted with " (doubled inside). With `escapes=backslash` in the first line, \n, \r,
// \0 and \\ stand for a line break, a return, a NUL and a backslash. Lines `# note: …` before the
// header tell what an import skipped and assumed.
#pragma once

#include <memory>
#include <string>

#include "core/atomic_file.h"
#include "workload/byte_source.h"
#include "workload/trace.h"

namespace switchyard {

// `name` is for messages. Throws InputError with file, line and field.
Trace read_native_csv(std::unique_ptr<ByteSource> source, const std::string& name);

// Writes the columns that the trace has. Reading it back gives the same trace.
void write_native_csv(const Trace& trace, AtomicFile& file);

}  // namespace switchyard
