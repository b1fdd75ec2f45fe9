// Writes assembly/core/generated/template-words.ts: names by which an expression of a template leaves the template for the
// language behind it, as a hash table. They are names of Python, Java, JavaScript, PHP, Ruby and .NET, and of the engines' own objects.
//
// Run: npx tsx scripts/gen/template-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const CLASSES: WordClasses = {
  /** Nothing but an escape uses these in an expression, be it as a name or in a string. */
  ESCAPE:
    "__class__ __mro__ __subclasses__ __globals__ __builtins__ __import__ __init__ __base__ __bases__ __getitem__ __getattribute__ " +
    "__dict__ __reduce__ __loader__ get_flashed_messages lipsum cycler joiner subprocess _charset _tag_extensions " +
    "getruntime processbuilder processimpl scriptenginemanager getenginebyname getclassloader urlclassloader defineclass " +
    "getdeclaredmethod getdeclaredmethods getdeclaredconstructor getdeclaredconstructors getmethods getdeclaredfields setaccessible forname " +
    "newinstance _memberaccess memberaccess ognlcontext ognlutil defaultmemberaccess actioncontext getexcludedpackagenames " +
    "objectconstructor jythonruntime registerundefinedfiltercallback registerundefinedfunctioncallback displayblock " +
    "child_process mainmodule execsync spawnsync pagecontext sessionscope applicationscope requestscope facescontext " +
    "springmacrorequestcontext systemproperties systemenvironment initparam httpservletrequest getservletcontext " +
    "shell_exec passthru proc_open popen phpinfo file_get_contents file_put_contents readfile call_user_func show_source getstreamvariable " +
    "smarty_internal_write_file file_excerpt get_user_file ioutils fileutils",
  /** Functions that run or read something; a parenthesis, a backtick or a quoted word follows. */
  CALL:
    "system exec eval execute assert getclass invoke getresource getresourceasstream loadclass getprotectiondomain " +
    "gettext getinputstream openstream waitfor dump fork spawn alert prompt confirm execquery cmd shell",
  /** Objects of the engine: only where the expression is nothing else, or goes on to what is private. */
  OBJECT: "config self request settings session _self _context application g handler",
  /** Packages of Java: a part follows. */
  PACKAGE: "java javax sun freemarker groovy",
  CONSTRUCTOR: "constructor",
  NEW: "new",
  UNDERSCORE: "_",
  APP: "app",
  /** Methods that probes call on a string they bring along. */
  PROBE:
    "touppercase tostring tolowercase class getclass exec execute constructor sub length eval getbytes concat replace match split charat",
};

writeTable(
  CLASSES,
  "assembly/core/generated/template-words.ts",
  "scripts/gen/template-words.ts",
  "TEMPLATE",
  512,
);
