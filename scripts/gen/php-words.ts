// Writes assembly/core/generated/php-words.ts: functions of PHP that injected code calls, by what a call proves.
//
// Run: npx tsx scripts/gen/php-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const CLASSES: WordClasses = {
  /** Run commands or code, or unpack it: their names are evidence even where a string spells them. */
  RUN:
    "system exec passthru shell_exec popen proc_open pcntl_exec eval assert create_function call_user_func " +
    "call_user_func_array phpinfo base64_decode gzinflate str_rot13 file_put_contents file_get_contents " +
    "preg_replace_callback unserialize include require include_once require_once readfile highlight_file show_source " +
    "move_uploaded_file register_shutdown_function register_tick_function array_map array_filter usort uasort uksort " +
    "array_walk ob_start putenv mb_send_mail dl invokefunction",
  /** Any other function; a call of it is code when the value is nothing but code. */
  CALL:
    "array_diff array_diff_key array_flip array_key_exists array_keys array_merge array_pop array_rand array_reduce " +
    "array_reverse array_search array_shift array_slice array_sum array_udiff array_uintersect array_unique array_values " +
    "assert_options base64_encode bin2hex bson_decode bson_encode bzcompress bzdecompress bzopen chdir chgrp chmod chown chr " +
    "chroot class_exists clearstatcache convert_uudecode convert_uuencode copy crc32 ctype_digit curl_close curl_exec curl_file_create " +
    "curl_init curl_multi_exec curl_setopt curl_version dba_open debug_backtrace debug_zval_refcount disk_free_space " +
    "disk_total_space env error_log error_reporting escapeshellarg escapeshellcmd event_new exif_imagetype exif_read_data " +
    "exif_thumbnail expect_popen expect_expectl extension_loaded fclose fgetc fgets fgetss file fileatime filectime filegroup fileinode filemtime fileowner fileperms " +
    "filesize filetype file_exists finfo_open fopen fputcsv fputs fpassthru fread fscanf fsockopen ftok ftp_connect ftp_get ftp_put " +
    "func_get_args function_exists fwrite gc_collect_cycles getallheaders getcwd getenv gethostbyname getimagesize getlastmod " +
    "getmygid getmyinode getmypid getmyuid getrusage getservbyname get_browser get_cfg_var get_class get_class_methods " +
    "get_current_user get_defined_constants get_defined_functions get_defined_vars get_included_files get_include_path " +
    "get_loaded_extensions get_magic_quotes_gpc get_object_vars get_resources glob gzcompress gzdecode gzdeflate gzencode gzfile gzopen gzpassthru " +
    "gzread gzuncompress hash_file hash_hmac_file header_register_callback hex2bin highlight_string html_entity_decode " +
    "htmlspecialchars http_build_query image2wbmp imagecreatefromgif imagecreatefromjpeg imagecreatefrompng imagegif imagejpeg " +
    "imagepng ini_alter ini_get ini_get_all ini_restore ini_set intval iptcembed is_array is_callable is_dir is_executable is_file is_int is_link is_null " +
    "is_numeric is_object is_readable is_string is_uploaded_file is_writable is_writeable iterator_apply json_decode json_encode lcfirst " +
    "lchgrp lchown libxml_disable_entity_loader linkinfo localeconv lstat magic_quotes_runtime mail mb_convert_encoding mb_ereg_replace " +
    "mb_eregi_replace mb_strtolower mb_substr md5 md5_file memory_get_usage mkdir mkfifo mysql_connect mysql_query mysqli_connect " +
    "mysqli_query ob_clean ob_end_clean ob_get_clean ob_get_contents opcache_compile_file opcache_get_status opendir openlog ord pack parse_ini_file parse_str pathinfo pclose " +
    "pcntl_alarm pcntl_fork pcntl_signal pfsockopen phpcredits phpversion php_ini_loaded_file php_ini_scanned_files php_sapi_name php_strip_whitespace php_uname posix_getegid posix_geteuid posix_getgid posix_getgroups posix_getlogin posix_getpgrp posix_getpid posix_getppid posix_times " +
    "posix_getpwuid posix_getuid posix_kill posix_mkfifo posix_mknod posix_setuid posix_ttyname posix_uname preg_grep preg_match preg_match_all " +
    "preg_quote preg_replace preg_split printf print_r proc_close proc_get_status proc_nice proc_terminate readdir readgzfile " +
    "readline_completion_function readlink realpath recursiveiterator restore_error_handler rewinddir rmdir runkit_function_rename scandir sem_get " +
    "session_decode session_destroy session_id session_set_save_handler session_start setcookie set_error_handler set_exception_handler set_include_path set_time_limit " +
    "sha1 sha1_file shell_execute shmop_open simplexml_load_file simplexml_load_string sleep socket_connect socket_create socket_listen spl_autoload_register sprintf " +
    "sqlite_open stat strcasecmp strcmp stream_context_create stream_copy_to_stream stream_get_contents stream_socket_client stream_socket_server " +
    "stripcslashes stripslashes strip_tags strlen strpos strrev strstr strtolower strtotime strtoupper strtr strval str_ireplace str_pad str_repeat str_replace str_split " +
    "substr substr_count substr_replace symlink syslog sys_get_temp_dir sys_getloadavg tempnam tmpfile touch ucfirst ucwords umask unlink unpack " +
    "usleep utf8_decode utf8_encode var_dump var_export version_compare virtual vprintf vsprintf xmlrpc_decode xmlrpc_server_create xml_parse " +
    "zend_version zip_open zlib_decode zlib_encode apache_get_modules apache_request_headers apache_setenv lcg_value mt_rand uniqid wordwrap",
  /** Variables that every script of PHP has, without their $. */
  GLOBAL: "_get _post _request _cookie _server _files _session _env globals http_raw_post_data",
};

writeTable(CLASSES, "assembly/core/generated/php-words.ts", "scripts/gen/php-words.ts", "PHP", 1024);
