// Writes assembly/core/generated/upload-words.ts: extensions (without the dot) and names of files that web servers run or
// are configured by, as the documentation of Apache httpd, PHP, IIS, Tomcat and ColdFusion lists them.
//
// Run: npx tsx scripts/gen/upload-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const CLASSES: WordClasses = {
  /** Run wherever they stand among a name's extensions: AddHandler of Apache httpd takes each of them. */
  PHP: "php php2 php3 php4 php5 php6 php7 php8 phps phpt pht phtm phtml phar pgif",
  /** Run as the last extension, or before a mark that ends the name for some. */
  SERVER:
    "asp aspx asa ashx asmx ascx asax axd soap cdx jsp jspx jspf jspa jsw jsv jtml jhtml war cfm cfml cfc cgi shtml shtm stm",
  IMAGE: "jpg jpeg png gif bmp ico webp svg tif tiff",
  /** Whole names. */
  NAME: ".htaccess .htpasswd .user.ini web.config",
};

writeTable(CLASSES, "assembly/core/generated/upload-words.ts", "scripts/gen/upload-words.ts", "UPLOAD", 128);
