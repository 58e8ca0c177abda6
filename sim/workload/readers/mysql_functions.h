// Functions and keywords of MySQL and MariaDB, for telling what a SELECT calls.
//
// Source: MySQL 8.0 reference manual, "Built-In Function and Operator Reference"; MariaDB's
// documentation of its built-in functions.
#pragma once

#include <string_view>

namespace switchyard {

// Words between blanks.
constexpr bool is_listed(std::string_view list, std::string_view word) {
  for (std::size_t at = list.find(word); at != std::string_view::npos;
       at = list.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' ')) return true;
  }
  return false;
}

// They compute or read, and give the same on every node.
inline constexpr std::string_view kMysqlReadFunctions =
    "abs acos adddate addtime aes_decrypt aes_encrypt analyse any_value area asbinary ascii "
    "asin astext aswkb aswkt atan atan2 avg benchmark bin bin_to_uuid bit_and "
    "bit_count bit_length bit_or bit_xor cast ceil ceiling char char_length character_length "
    "charset coalesce coercibility collation column_check column_exists column_get column_json "
    "column_list compress concat concat_ws connection_id conv convert convert_tz cos cot count "
    "crc32 crc32c cume_dist curdate current_date current_role current_time current_timestamp "
    "current_user curtime database date date_add date_format date_sub datediff day dayname "
    "dayofmonth dayofweek dayofyear decode default degrees dense_rank elt encode "
    "encrypt exp export_set extract extractvalue field find_in_set first_value floor format "
    "format_bytes format_pico_time from_base64 from_days from_unixtime geometrycollection "
    "geomfromtext get_format glength greatest group_concat grouping hex hour icu_version if "
    "ifnull inet6_aton inet6_ntoa inet_aton inet_ntoa insert instr interval is_ipv4 "
    "is_ipv4_compat is_ipv4_mapped is_ipv6 is_uuid isnull json_array json_array_append "
    "json_array_insert json_arrayagg json_compact json_contains json_contains_path json_depth "
    "json_detailed json_equals json_exists json_extract json_insert json_keys json_length "
    "json_loose json_merge json_merge_patch json_merge_preserve json_normalize json_object "
    "json_objectagg json_overlaps json_pretty json_query json_quote json_remove json_replace "
    "json_schema_valid json_search json_set json_storage_free json_storage_size json_table "
    "json_type json_unquote json_valid json_value kdf lag last_day last_value lcase lead least "
    "left length linestring ln load_file localtime localtimestamp locate log log10 log2 lower "
    "lpad ltrim make_set makedate maketime master_pos_wait max mbrcontains mbrcoveredby "
    "mbrcovers mbrdisjoint mbrequals mbrintersects mbroverlaps mbrtouches mbrwithin md5 median "
    "microsecond mid min minute mod month monthname multilinestring multipoint multipolygon "
    "name_const natural_sort_key now nth_value ntile nullif nvl nvl2 oct octet_length old_password "
    "ord password percent_rank percentile_cont percentile_disc period_add period_diff pi point "
    "pointfromtext polygon position pow power quarter quote radians rand random_bytes rank "
    "regexp_instr regexp_like regexp_replace regexp_substr repeat replace reverse right "
    "roles_graphml round row_number rpad rtrim schema sec_to_time second session_user sformat sha "
    "sha1 sha2 sign sin sleep soundex source_pos_wait space sqrt st_area st_asbinary "
    "st_asgeojson st_astext st_aswkb st_aswkt st_buffer st_centroid st_contains st_convexhull "
    "st_crosses st_difference st_dimension st_disjoint st_distance st_distance_sphere "
    "st_endpoint st_envelope st_equals st_geohash st_geometryfromtext st_geometryn "
    "st_geometrytype st_geomfromgeojson st_geomfromtext st_geomfromwkb st_intersection "
    "st_intersects st_isclosed st_isempty st_isvalid st_latfromgeohash st_latitude st_length "
    "st_longfromgeohash st_longitude st_makeenvelope st_numpoints st_overlaps st_point "
    "st_pointfromgeohash st_pointfromtext st_polygonfromtext st_simplify st_srid st_startpoint "
    "st_symdifference st_touches st_transform st_union st_within st_x st_y std stddev stddev_pop "
    "stddev_samp str_to_date strcmp subdate substr substring substring_index subtime sum sysdate "
    "system_user sys_guid tan time time_format time_to_sec timediff timestamp timestampadd "
    "timestampdiff to_base64 to_char to_days to_seconds trim truncate ucase uncompress "
    "uncompressed_length unhex unix_timestamp updatexml upper user utc_date utc_time "
    "utc_timestamp uuid uuid_short uuid_to_bin validate_password_strength values var_pop "
    "var_samp variance version wait_for_executed_gtid_set wait_until_sql_thread_after_gtids week "
    "weekday weekofyear weight_string x y year yearweek";

// What they give depends on the session's writes or on locks of one node: only a primary can tell,
// though no row changes.
inline constexpr std::string_view kMysqlPrimaryFunctions =
    "found_rows get_lock is_free_lock is_used_lock last_insert_id lastval release_all_locks "
    "release_lock row_count";

inline constexpr std::string_view kMysqlWriteFunctions = "nextval setval";

// A parenthesis behind one of these opens no call.
inline constexpr std::string_view kMysqlKeywords =
    "against all and any as between bigint binary bit blob by case character columns cross "
    "datetime dec decimal describe distinct div do double else end escape except exists explain "
    "fixed float for force from full group having ignore in index inner int integer intersect into "
    "is join key lateral like limit match member minus natural nchar not numeric of offset on or "
    "order outer over partition primary procedure real recursive regexp return returning rlike "
    "row rows select separator set signed smallint some sounds straight_join table text then "
    "tinyint union unique unsigned update use using varbinary varchar when where window with "
    "within xor";

}  // namespace switchyard
