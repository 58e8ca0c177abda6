#include <array>

#include "workload/open_trace.h"
#include "workload/readers/django.h"
#include "workload/readers/django_orm.h"
#include "workload/readers/key_value/reader.h"
#include "workload/readers/maxscale_qlafilter.h"
#include "workload/readers/mysql_general_log.h"
#include "workload/readers/mysql_slow_log.h"
#include "workload/readers/mysql_table.h"
#include "workload/readers/pgbench.h"
#include "workload/readers/postgres_csvlog.h"
#include "workload/readers/postgres_jsonlog.h"
#include "workload/readers/postgres_textlog.h"
#include "workload/readers/proxysql_eventslog.h"

namespace switchyard {
namespace {

template <bool (*LooksLike)(std::string_view)>
TraceFormat::Fit certain(std::string_view head) {
  return LooksLike(head) ? TraceFormat::Fit::kYes : TraceFormat::Fit::kNo;
}

constexpr std::array kFormats = {
    TraceFormat{"pgcsv", "PostgreSQL csvlog", certain<looks_like_postgres_csvlog>,
                read_postgres_csvlog},
    TraceFormat{"pgjson", "PostgreSQL jsonlog", certain<looks_like_postgres_jsonlog>,
                read_postgres_jsonlog},
    TraceFormat{"pgsyslog", "PostgreSQL's log through syslog", certain<looks_like_postgres_syslog>,
                read_postgres_syslog},
    TraceFormat{"pgtext", "PostgreSQL's text log", certain<looks_like_postgres_textlog>,
                read_postgres_textlog},
    TraceFormat{"mysqlslow", "slow query log of MySQL, Percona Server or MariaDB",
                certain<looks_like_mysql_slow_log>, read_mysql_slow_log},
    TraceFormat{"mysqlgeneral", "general query log of MySQL or MariaDB",
                certain<looks_like_mysql_general_log>, read_mysql_general_log},
    TraceFormat{"mysqltable", "MySQL's log tables as CSV or tab-separated",
                certain<looks_like_mysql_table>, read_mysql_table},
    TraceFormat{"proxysql", "ProxySQL's log of events as JSON", certain<looks_like_proxysql_json>,
                read_proxysql_json},
    TraceFormat{"proxysqlbin", "ProxySQL's log of events in its binary format",
                certain<looks_like_proxysql_binary>, read_proxysql_binary},
    TraceFormat{"maxscale", "query log of MaxScale's qlafilter",
                certain<looks_like_maxscale_qlafilter>, read_maxscale_qlafilter},
    TraceFormat{"django", "Django's django.db.backends", fits_django, read_django},
    TraceFormat{"djangoorm", "operations of Django's ORM", certain<looks_like_django_orm>,
                read_django_orm},
    TraceFormat{"pgbench", "pgbench -l", fits_pgbench, read_pgbench},
    TraceFormat{"twitter", "Twitter's cache traces", fits_twitter, read_key_value<kTwitterLayout>},
    TraceFormat{"metakv", "Meta's CacheLib traces", fits_meta_cache,
                read_key_value<kMetaCacheLayout>},
    TraceFormat{"metablock", "Meta's Tectonic traces", fits_meta_block,
                read_key_value<kMetaBlockLayout>},
    TraceFormat{"msr", "MSR Cambridge's block traces", fits_msr, read_key_value<kMsrLayout>},
    TraceFormat{"alibaba", "Alibaba's block traces", fits_alibaba, read_key_value<kAlibabaLayout>},
    TraceFormat{"tencent", "Tencent's block traces", fits_tencent, read_key_value<kTencentLayout>},
    TraceFormat{"libcachesim", "CSV with --columns", fits_libcachesim, read_libcachesim},
    TraceFormat{"oraclegeneral", "libCacheSim's oracleGeneral", fits_oracle_general,
                read_oracle_general},
};

}  // namespace

std::span<const TraceFormat> trace_formats() {
  return kFormats;
}

}  // namespace switchyard
