// Writes assembly/core/generated/sql-words.ts: the words of SQL with their class, as a hash table.
// The words are those of the MySQL, PostgreSQL, SQL Server, Oracle and SQLite manuals that change how an
// expression goes on, plus the functions and packages that injections call.
//
// Run: npx tsx scripts/gen/sql-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const CLASSES: WordClasses = {
  AND: "and or xor",
  ARITHMETIC: "div mod",
  LIKE: "like rlike regexp ilike glob similar sounds match against overlaps soundex escape",
  BETWEEN: "between",
  IN: "in",
  IS: "is",
  IS_NULL: "isnull notnull",
  NOT: "not",
  UNARY:
    "binary distinct all any some exists prior interval distinctrow unique straight_join " +
    "sql_calc_found_rows sql_no_cache sql_cache high_priority sql_small_result sql_big_result variadic array row",
  TOP: "top",
  CONSTANT:
    "null true false unknown current_date current_timestamp current_time localtime " +
    "localtimestamp sysdate default rownum utc_date utc_time utc_timestamp nan",
  IDENTITY: "current_user session_user system_user",
  SELECT: "select",
  UNION: "union except intersect minus",
  VALUES: "values",
  FROM: "from",
  WHERE: "where",
  HAVING: "having",
  GROUP: "group",
  ORDER: "order",
  BY: "by",
  LIMIT: "limit offset fetch",
  INTO: "into",
  PROCEDURE: "procedure",
  FOR: "for",
  LOCK: "lock",
  JOIN: "join inner left right cross natural full outer",
  ON: "on using",
  CASE: "case",
  WHEN: "when",
  THEN: "then",
  ELSE: "else",
  END: "end",
  AS: "as",
  COLLATE: "collate",
  ASC: "asc desc nulls",
  OUTFILE: "outfile dumpfile infile",
  TABLE: "table view index login function procedure trigger role column tablespace sequence",
  /** Objects, and with parentheses functions that tell about the server. */
  SUBJECT: "database schema user",
  DROP: "drop truncate",
  DELETE: "delete",
  INSERT: "insert replace merge",
  UPDATE: "update",
  SET: "set",
  EXEC: "exec execute call",
  DECLARE: "declare",
  CREATE: "create alter grant revoke",
  SHUTDOWN: "shutdown",
  WAITFOR: "waitfor",
  DELAY: "delay time",
  BEGIN: "begin do",
  IF: "if while",
  GOTO: "goto",
  COPY: "copy backup restore attach load dbcc reconfigure handler rename kill vacuum",
  DANGER:
    "sleep benchmark pg_sleep pg_sleep_for pg_sleep_until extractvalue updatexml load_file xp_cmdshell " +
    "xp_dirtree xp_regread xp_regwrite xp_fileexist xp_subdirs xp_availablemedia xp_enumgroups xp_loginconfig " +
    "xp_makecab xp_ntsec_enumdomains xp_terminate_process xp_servicecontrol sp_oacreate sp_oamethod sp_makewebtask " +
    "sp_configure sp_addextendedproc sp_addlogin sp_addsrvrolemember sp_password sp_executesql sp_replwritetovarbin " +
    "sp_helpdb sp_who openrowset opendatasource openquery fn_xe_file_target_read_file fn_get_audit_file " +
    "fn_trace_gettable pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file lo_import lo_export " +
    "query_to_xml database_to_xml table_to_xml dblink dblink_connect dblink_exec sys_eval sys_exec " +
    "randomblob load_extension sqlite_version gtid_subset gtid_subtract st_latfromgeohash st_longfromgeohash st_pointfromgeohash " +
    "name_const master_pos_wait generate_series regexp_substring xmltype ctxsys dbms_pipe dbms_lock dbms_xmlgen " +
    "dbms_utility dbms_java dbms_ldap dbms_sql dbms_assert dbms_session dbms_scheduler dbms_export_extension " +
    "dbms_xslprocessor dbms_random utl_inaddr utl_http utl_file utl_smtp utl_tcp httpuritype user_lock " +
    "get_host_address receive_message sys_context rdb$get_context crypt_key randn unistr procedure_analyse " +
    "writetextfile pg_logdir_ls has_dbaccess make_set lo_get sqlite_compileoption_used " +
    "sqlite_compileoption_get",
  FACT:
    "version current_database current_schema current_catalog connection_id row_count " +
    "last_insert_id found_rows inet_server_addr getpgusername current_query",
  CHAR: "char chr",
  INFO:
    "schema_name ascii ord hex unhex concat concat_ws group_concat string_agg " +
    "substring substr mid ascii unicode nchar db_name user_name host_name suser_sname is_srvrolemember " +
    "is_member current_setting " +
    "convert cast iif ifnull nullif elt length len char_length character_length bit_length " +
    "octet_length datalength lower upper lcase ucase md5 sha1 sha sha2 password aes_encrypt aes_decrypt encode " +
    "decode from_base64 to_base64 instr locate lpad rpad reverse repeat " +
    "replicate space quotename object_id object_name col_name serverproperty schema_id typeof json_extract " +
    "json_keys json_depth json_length json_type json_value json_arrayagg json_object json_array json_valid " +
    "xmlelement xmlagg exp pow bin oct conv uuid log log2 ln sqrt cos sin tan abs " +
    "fn_varbintohexstr quote rownum coercibility isnull " +
    "unix_timestamp from_unixtime sysdatetime hextoraw rawtohex " +
    "to_char to_number to_date listagg wm_concat regexp_replace regexp_like strcmp " +
    "export_set zeroblob printf tochar json_table xmlserialize xpath array_to_string lag " +
    "stuff patindex charindex formatmessage newid isnumeric servername sysadmin compress uncompress " +
    "multipoint geometrycollection multilinestring linestring multipolygon polygon writefile readfile " +
    "uncompressed_length validate_password_strength inet_aton inet_ntoa find_in_set",
  COMMON:
    "count sum avg max min floor ceil round now curdate curtime getdate trim ltrim rtrim coalesce nvl rank row_number " +
    "date_format position pi sign greatest least field power rand",
  SCHEMA:
    "information_schema mysql sysobjects syscolumns sysdatabases sysusers sys master msdb tempdb pg_catalog pg_user " +
    "pg_shadow pg_tables pg_class pg_database all_tables all_users all_tab_columns user_tables user_tab_columns " +
    "dba_users dba_tables sqlite_master sqlite_schema dual msysaccessobjects msysobjects sysibm syscat performance_schema " +
    "v$version v$instance rdb$database rdb$fields rdb$types rdb$relations sysxlogins pg_stat_activity domain.domains",
  TYPE:
    "int integer bigint smallint tinyint varchar nvarchar nchar_type varbinary char_type numeric decimal float real date " +
    "datetime signed unsigned text character varchar2 number boolean bool bytea xml json jsonb double",
};

writeTable(CLASSES, "assembly/core/generated/sql-words.ts", "scripts/gen/sql-words.ts", "SQL", 2048);
