// Writes assembly/core/generated/script-words.ts: what injected JavaScript, Python, Ruby, Perl and ASP calls and reaches for.
// A name with a point is a member and what it is a member of; brackets (process["env"]) read as points.
//
// Run: npx tsx scripts/gen/script-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const members = (object: string, names: string): string =>
  names
    .split(" ")
    .map((name) => `${object}.${name}`)
    .join(" ");

const CLASSES: WordClasses = {
  /** Reaching for it is enough where code stands. */
  REACH: [
    members("process", "mainmodule binding _load dlopen env"),
    members("global", "process require constructor root"),
    members("globalthis", "process require constructor"),
    members("root", "process require"),
    members("require", "main cache"),
    members("mainmodule", "require constructor"),
    members("module", "constructor _load"),
    members("main", "require constructor"),
    "constructor.constructor prototype.constructor __proto__.constructor module.exports __builtins__.__dict__",
  ].join(" "),
  /** A call of it is code that runs something, loads something or reads files. */
  CALL: [
    "execsync spawnsync execfile execfilesync readfilesync readdirsync writefilesync existssync unlinksync createreadstream " +
      "runinnewcontext runinthiscontext runincontext instance_eval class_eval module_eval instance_exec define_method " +
      "__import__ check_output check_call getoutput getstatusoutput execv execve execvp spawnl spawnv popen2 popen3 popen4 " +
      "import_module",
    members("process", "exit kill abort cwd spawn daemon chdir getuid getgid setuid openstdin"),
    members("child_process", "exec execsync spawn spawnsync fork execfile"),
    members(
      "os",
      "system popen popen2 popen3 execl execle execlp execv execve execvp spawnl spawnv startfile listdir getcwd remove environ",
    ),
    members("subprocess", "popen call run check_output check_call getoutput getstatusoutput"),
    members("commands", "getoutput getstatusoutput"),
    members("pty", "spawn"),
    members("posix", "system popen"),
    members("kernel", "system exec fork spawn eval load require"),
    members("io", "popen read readlines binread foreach sysopen"),
    members("pickle", "loads load"),
    members("marshal", "loads load"),
    members("yaml", "unsafe_load"),
    members("importlib", "import_module"),
    members("builtins", "eval exec open"),
    members("__builtins__", "eval exec open __import__"),
    members("fs", "readfile readfilesync readdir readdirsync writefile writefilesync"),
    members("vm", "runinnewcontext runinthiscontext"),
    members("reflect", "construct"),
    members("response", "write end send writefile redirect"),
    members("res", "end send write json sendfile"),
    members("server", "createobject mappath execute"),
    members("open3", "capture2 capture3 popen3"),
    members("file", "read readlines"),
    members("dir", "entries glob"),
    members("object", "send"),
  ].join(" "),
  /** Only where the value is nothing but this call. */
  WEAK: members("console", "log info warn error debug dir table trace group time assert"),
  /** Loads the module that its text names. */
  LOAD: "require import load_module createrequire",
  MODULE:
    "child_process fs vm net os http https module cluster worker_threads dgram repl inspector tls dns subprocess sys socket commands pty builtins " +
    "importlib shutil platform timeit pickle ctypes fs/promises",
  /** Turns a text into a function. */
  MAKE: "function generatorfunction asyncfunction constructor",
  /** Members of every object of Python that lead to its runtime. */
  DUNDER:
    "__subclasses__ __globals__ __builtins__ __bases__ __base__ __mro__ __getattribute__ __reduce__ __code__ " +
    "f_globals gi_frame func_globals",
  /** A text that begins with a bar makes it a command. */
  OPEN: "open kernel.open io.open file.open",
};

writeTable(CLASSES, "assembly/core/generated/script-words.ts", "scripts/gen/script-words.ts", "SCRIPT", 512);
