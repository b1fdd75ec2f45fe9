import { detectScriptUpload } from "../../../../assembly/core/match/script-upload";
import { detects } from "./detector-rows";

const SCRIPTS: string[] = [
  "shell.php",
  "shell.pHp5",
  "shell.php.jpg",
  "shell.php907....",
  "shell.php%00.jpg",
  "shell.php\0.jpg",
  "shell.jsp;.jpg",
  "shell.asp;",
  "shell.aspx.jpg",
  "shell.aspx::$DATA",
  "shell.php.",
  "shell.php. . ",
  "shell. jspx",
  "dir/shell.phtml",
  "..\\shell.cfm",
  ".htaccess",
  ".HTACCESS.",
  ".user.ini",
  "web.config",
  "web.config::$DATA",
  "sess_0123456789abcdefghijkl",
  "wp-config.php",
  "wp-config.bak",
];

const PLAIN: string[] = [
  "photo.jpg",
  "php.pdf",
  "php-guide.pdf",
  "asp.net.docx",
  "my.aspect.png",
  "invoice.aspx.pdf",
  "server.cer",
  "db.inc",
  "app.config",
  "sess_notes.txt",
  "my-wp-config-guide.pdf",
  "a.b.c.d",
  "...",
  "php",
];

describe("core/match/script-upload detectScriptUpload", () => {
  test("names that servers run", () => {
    for (let i = 0; i < SCRIPTS.length; i++)
      expect(detects(SCRIPTS[i], detectScriptUpload)).toBe(true, SCRIPTS[i]);
  });
  test("names of documents", () => {
    for (let i = 0; i < PLAIN.length; i++)
      expect(detects(PLAIN[i], detectScriptUpload)).toBe(false, PLAIN[i]);
  });
  test("a long name is read from its last 256 bytes", () => {
    expect(detects("a".repeat(100000) + ".php", detectScriptUpload)).toBe(true);
    expect(detects("a".repeat(100000) + ".png", detectScriptUpload)).toBe(false);
  });
});
