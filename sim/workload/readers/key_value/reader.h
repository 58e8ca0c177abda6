// Recordings of caches, key-value stores and block devices: one request a row, without SQL.
//
// Text with delimiters, without quoting: Twitter's twemcache (timestamp, key, key size, value size,
// client, operation, TTL), Meta's CacheLib and Tectonic (columns by their header), MSR Cambridge
// (filetime, host, disk, type, offset, size, response time), Alibaba (device, operation, offset,
// length, µs), Tencent (s, offset, sectors, type, volume), and any other whose columns
// ImportOptions::columns names. Binary: libCacheSim's oracleGeneral, 24 bytes a request, little
// endian: u32 s, u64 id, u32 size, i64 next access. Sources: README files of
// github.com/twitter/cache-trace, cachelib.org, SNIA IOTTA "MSR Cambridge Traces",
// github.com/alibaba/block-traces, SNIA IOTTA "Tencent Block Storage",
// github.com/1a1a11a/libCacheSim.
#pragma once

#include <string_view>

#include "workload/byte_source.h"
#include "workload/open_trace.h"
#include "workload/readers/key_value/layout.h"

namespace switchyard {

// Throws InputError with file and line.
Trace read_key_value(PeekedSource& source, std::string_view file, const ImportOptions& options,
                     const KeyValueLayout& layout);

template <const KeyValueLayout& Layout>
Trace read_key_value(PeekedSource& source, std::string_view file, const ImportOptions& options) {
  return read_key_value(source, file, options, Layout);
}

// With the columns of ImportOptions::columns, which must be given.
Trace read_libcachesim(PeekedSource& source, std::string_view file, const ImportOptions& options);
Trace read_oracle_general(PeekedSource& source, std::string_view file,
                          const ImportOptions& options);

TraceFormat::Fit fits_twitter(std::string_view head);
TraceFormat::Fit fits_meta_cache(std::string_view head);
TraceFormat::Fit fits_meta_block(std::string_view head);
TraceFormat::Fit fits_msr(std::string_view head);
TraceFormat::Fit fits_alibaba(std::string_view head);
TraceFormat::Fit fits_tencent(std::string_view head);
TraceFormat::Fit fits_libcachesim(std::string_view head);
TraceFormat::Fit fits_oracle_general(std::string_view head);

}  // namespace switchyard
