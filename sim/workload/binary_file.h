// The binary form of a trace (.swt): columns as they lie in memory, mapped and used in place.
//
// Little-endian. A header of 64 bytes (magic "SWYTRACE", version, section count, file size, number
// of requests, checksum of header and table), a table of sections (tag, offset, size, XXH3-64
// checksum), then the sections, each aligned to 64 bytes. Everything is checked on opening:
// version, size, checksums, order of times, range of ids. Compressed with zstd (.swt.zst) it is for
// storage and is unpacked into memory on opening.
#pragma once

#include <memory>
#include <string>

#include "core/atomic_file.h"
#include "workload/byte_source.h"
#include "workload/trace.h"

namespace switchyard {

inline constexpr std::string_view kBinaryMagic = "SWYTRACE";

// Maps the file. Throws InputError when it is truncated, damaged or of another version.
Trace map_binary_trace(const std::string& path);

// The same from a stream (compressed, or a pipe), held in memory.
Trace read_binary_trace(ByteSource& source, const std::string& name);

// `compress`: as one zstd frame, so that `zstd -d` gives the plain file.
void write_binary_trace(const Trace& trace, AtomicFile& file, bool compress);

}  // namespace switchyard
