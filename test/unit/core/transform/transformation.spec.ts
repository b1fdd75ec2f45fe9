import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import {
  transform,
  transformationFromName,
  transformationName,
  transformTrigger,
} from "../../../../assembly/core/transform/transformation";
import {
  Transformation,
  TRANSFORMATION_COUNT,
  TRANSFORMATION_UNKNOWN,
} from "../../../../assembly/core/transform/transformation-id";

const out = new ByteWriter();
/** What follows the value in memory: none of it may ever show in a result. */
const AFTER: StaticArray<u8> = [0x00, 0x2f, 0x41, 0x3b, 0x20, 0xbf];
const AFTER_LEN: u32 = 24;

/** Rows spell bytes: one per character, up to "\xff". */
function place(row: string, after: u8): usize {
  const at = heap.alloc(row.length + AFTER_LEN);
  for (let i = 0; i < row.length; i++) store<u8>(at + i, <u8>row.charCodeAt(i));
  memory.fill(at + row.length, after, AFTER_LEN);
  return at;
}

function written(): string {
  let text = "";
  for (let i: u32 = 0; i < out.length; i++) text += String.fromCharCode(load<u8>(out.at + i));
  return text;
}

function isTriggered(id: u32, row: string): bool {
  const set = transformTrigger(id);
  for (let i = 0; i < row.length; i++) {
    const c = <u32>row.charCodeAt(i);
    if (((<u32>load<u8>(set + (c >> 3))) >> (c & 7)) & 1) return true;
  }
  return false;
}

/** Bytes that stay as they are, to move a row out of the first block of 16. */
const PLAIN = "sixteen in a row";

function changesBehindPlain(id: u32, row: string, want: string): void {
  changes(id, row, want);
  changes(id, PLAIN + row, PLAIN + want);
  changes(id, PLAIN + "x" + row + PLAIN, PLAIN + "x" + want + PLAIN);
}

function changes(id: u32, row: string, want: string): void {
  for (let i = 0; i < AFTER.length; i++) {
    const at = place(row, AFTER[i]);
    out.clear();
    expect(transform(id, at, row.length, out)).toBe(true, transformationName(id) + " changes " + row);
    expect(written()).toBe(want, transformationName(id) + " of " + row);
    heap.free(at);
  }
  expect(isTriggered(id, row)).toBe(true, transformationName(id) + " is triggered by " + row);
}

function keeps(id: u32, row: string): void {
  for (let i = 0; i < AFTER.length; i++) {
    const at = place(row, AFTER[i]);
    out.clear();
    expect(transform(id, at, row.length, out)).toBe(false, transformationName(id) + " keeps " + row);
    expect(out.length).toBe(0, "nothing written");
    heap.free(at);
  }
}

describe("core/transform/transformation transform", () => {
  test("no transformation changes an empty value, nor does an unknown id", () => {
    for (let id: u32 = 0; id < TRANSFORMATION_COUNT; id++) keeps(id, "");
    keeps(Transformation.KeysOnly, "AbC");
    keeps(Transformation.ValuesOnly, "AbC");
    keeps(TRANSFORMATION_UNKNOWN, "AbC%41");
  });

  test("lowercase", () => {
    const id = Transformation.Lowercase;
    changes(id, "L", "l");
    changes(id, "LE", "le");
    changes(id, "lowercasE", "lowercase");
    changes(
      id,
      "0123456789abcdefABCDEFGHIJKLMNOPQRSTUVWXYZ@[`{",
      "0123456789abcdefabcdefghijklmnopqrstuvwxyz@[`{",
    );
    changes(id, "\xc3\x89A", "\xc3\x89a");
    keeps(id, "lowercase 0123 @[`{ and more than sixteen");
    keeps(id, "\xc1\xda\xc3\x89");
  });

  test("remove_nulls", () => {
    const id = Transformation.RemoveNulls;
    changes(id, "\0", "");
    changes(id, "\0a\0\0b\0", "ab");
    changes(id, "0123456789abcdefgh\0i", "0123456789abcdefghi");
    keeps(id, "no nulls");
  });

  test("compress_whitespace", () => {
    const id = Transformation.CompressWhitespace;
    changes(id, "  ", " ");
    changesBehindPlain(id, "a  b   c    ", "a b c ");
    changes(id, "   a", " a");
    keeps(id, "a b c ");
    keeps(id, "a\t\t\n\nb ");
  });

  test("normalize_path", () => {
    const id = Transformation.NormalizePath;
    changes(id, "/a/./b", "/a/b");
    changes(id, "./file", "file");
    changes(id, "/a/b/../c", "/a/c");
    changes(id, "/a/..", "/");
    changes(id, "/../../etc/passwd", "/etc/passwd");
    changes(id, "a/../b", "/b");
    changes(id, "/a/./b/.", "/a/b/");
    keeps(id, "/a/b.c/d");
    keeps(id, "a.");
    keeps(id, "/a/.");
    keeps(id, "./");
    keeps(id, "...");
  });

  test("normalize_path_win", () => {
    const id = Transformation.NormalizePathWin;
    changes(id, "a\\b", "a/b");
    changes(id, "\\a\\b\\..\\c", "/a/c");
    changes(id, "/a/./b", "/a/b");
    changes(id, "\\a\\.", "/a/.");
    keeps(id, "/a/b");
  });

  test("url_decode", () => {
    const id = Transformation.UrlDecode;
    changes(id, "+", " ");
    changes(id, "%41%42", "AB");
    changes(id, "a%2Fb%2fc", "a/b/c");
    changes(id, "%2541", "%41");
    changes(id, "%zz%41%4", "%zzA%4");
    changes(id, "0123456789abcdef%00", "0123456789abcdef\0");
    keeps(id, "%");
    keeps(id, "%4");
    keeps(id, "100% of %u0041");
  });

  test("url_decode_iis", () => {
    const id = Transformation.UrlDecodeIis;
    changes(id, "%u0041", "A");
    changes(id, "%U00e9", "\xc3\xa9");
    changes(id, "%252541", "A");
    changes(id, "%2%35%34%31", "A");
    changes(id, "%%32541", "A");
    changes(id, "%2%35%32%35", "%");
    changes(id, "%25u0025u0041", "A");
    changes(id, "%2b+", "  ");
    changes(id, "%ud800", "\xef\xbf\xbd");
    changes(id, "%u0000", "\0");
    keeps(id, "%u004");
    keeps(id, "%4");
    keeps(id, "u0041%");
  });

  test("css_decode", () => {
    const id = Transformation.CssDecode;
    changes(id, "\\41 b", "Ab");
    changes(id, "\\000041b", "Ab");
    changes(id, "\\41\tb\\\nc", "Abc");
    changes(id, "\\e9 \\zq", "\xc3\xa9zq");
    changes(id, "a\\", "a");
    changes(id, "\\0", "");
    changes(id, "\\00", "\xef\xbf\xbd");
    changes(id, "\\d800 \\ffffff ", "\xef\xbf\xbd\xef\xbf\xbd");
    changes(id, "\\1F600", "\xf0\x9f\x98\x80");
    keeps(id, "41 b");
  });

  test("js_decode", () => {
    const id = Transformation.JsDecode;
    changes(id, "\\x41\\u0042\\103", "AB103");
    changes(id, "\\a\\b\\f\\n\\r\\t\\v\\q", "\x07\b\f\n\r\t\vq");
    changes(id, "\\ud83d\\ude00", "\xf0\x9f\x98\x80");
    changes(id, "\\ud83d", "\xef\xbf\xbd");
    changes(id, "\\ud83d\\u0041", "A");
    changes(id, "\\ude00", "\xed\xb8\x80");
    changes(id, "\\u004", "004");
    changes(id, "\\x4", "4");
    changes(id, "\\u0000a\\", "\0a\\");
    keeps(id, "no escape");
    keeps(id, "ends in \\");
  });

  test("html_entity_decode", () => {
    const id = Transformation.HtmlEntityDecode;
    changes(id, "&lt;script&GT;", "<script>");
    changes(id, "&amp;&quot;&nbsp;", '&"\xa0');
    changes(id, "&#60;&#x3c;&#X3C&#0000060x", "<<<<x");
    changes(id, "&#0", "\xef\xbf\xbd");
    changes(id, "&#233;", "\xc3\xa9");
    changes(id, "&#99999999999;&#xd800;", "\xef\xbf\xbd\xef\xbf\xbd");
    changes(id, "&&#65", "&A");
    keeps(id, "&#;&#x;&#xg&x;");
    keeps(id, "&lt&gt&");
    keeps(id, "&apos;&copy;");
    keeps(id, "&l");
  });

  test("base64_decode and base64url_decode", () => {
    const id = Transformation.Base64Decode;
    changes(id, "QUJD", "ABC");
    changes(id, "QUI=", "AB");
    changes(id, "QQ==", "A");
    changes(id, "QQ=", "A");
    changes(id, "QQ", "A");
    changes(id, "====", "");
    changes(id, "Q", "@");
    changes(id, "QUJDR", "ABCD");
    changes(id, "+/+/", "\xfb\xff\xbf");
    keeps(id, "Q===");
    keeps(id, "QUJD=====");
    keeps(id, "Q Q=");
    keeps(id, "QQ=Q");
    keeps(id, "-_-_");
    changes(Transformation.Base64UrlDecode, "-_-_", "\xfb\xff\xbf");
    keeps(Transformation.Base64UrlDecode, "+/+/");
  });

  test("base64_encode", () => {
    const id = Transformation.Base64Encode;
    changes(id, "A", "QQ==");
    changes(id, "AB", "QUI=");
    changes(id, "ABC", "QUJD");
    changes(id, "\xfb\xff\xbf", "+-+-");
  });

  test("shell_unescape", () => {
    const id = Transformation.ShellUnescape;
    changesBehindPlain(id, "c\\a't /e\"t^c", "cat/etc");
    changesBehindPlain(id, "a,b;c", "a b c");
    changesBehindPlain(id, "a \t\n b", "a b");
    changesBehindPlain(id, "cmd (x", "cmd(x");
    changesBehindPlain(id, "LS", "ls");
    changes(id, "a\tB ,", "a\tb ");
    keeps(id, "a b\tc\n");
    keeps(id, "a,");
    keeps(id, "a ");
  });

  test("url_path, url_basename and url_querystring", () => {
    changes(Transformation.UrlPath, "/a/b?c#d", "/a/b");
    changes(Transformation.UrlPath, "/a#b?c", "/a");
    keeps(Transformation.UrlPath, "/a/b");
    changes(Transformation.UrlBasename, "/a/b?c/d", "b");
    changes(Transformation.UrlBasename, "/a/", "");
    changes(Transformation.UrlBasename, "a?b", "a");
    changes(Transformation.UrlBasename, "?", "");
    keeps(Transformation.UrlBasename, "abc");
    changes(Transformation.UrlQuerystring, "/a?b=c?d#e", "b=c?d");
    changes(Transformation.UrlQuerystring, "/a#b?c", "");
    changes(Transformation.UrlQuerystring, "abc", "");
  });

  test("remove_comments", () => {
    const id = Transformation.RemoveComments;
    changesBehindPlain(id, "a<!-- b -->c", "ac");
    changesBehindPlain(id, "a/* b */c/**/d", "acd");
    changes(id, "1=1 -- x", "1=1 ");
    changes(id, "a # b", "a ");
    changes(id, "http://x", "http:");
    changes(id, "a/* open", "a");
    changes(id, "<!-- - -- ->", "");
    keeps(id, "a - b / c < d <!- e");
  });

  test("unicode_normalize", () => {
    const id = Transformation.UnicodeNormalize;
    changes(id, "caf\xc3\xa9", "cafe");
    changes(id, "e\xcc\x81", "e");
    changes(id, "\xc3\x9f\xc3\x89", "ssE");
    changes(id, "\xef\xbc\x9cscript\xef\xbc\x9e", "<script>");
    changes(id, "\xe2\x80\x98x\xe2\x80\x99\xc2\xa0", "'x' ");
    changes(id, "\xf3\xa0\x81\x81\xf3\xa0\x81\xa2", "Ab");
    changes(id, "a\xe2\x80\x8bb", "ab");
    changes(id, "\xed\x95\x9c", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab");
    changes(id, "\xc3\xa9\xff\0", "e\xef\xbf\xbd");
    keeps(id, "\xe6\xbc\xa2\xe5\xad\x97");
    keeps(id, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9");
    keeps(id, "\xff\xfe broken \xc3");
  });
});

function idOf(name: string): u32 {
  const at = place(name, 0);
  const id = transformationFromName(at, name.length);
  heap.free(at);
  return id;
}

describe("core/transform/transformation names", () => {
  test("every id has a name that means it", () => {
    for (let id: u32 = 0; id < TRANSFORMATION_COUNT; id++) {
      expect(idOf(transformationName(id))).toBe(id, transformationName(id));
    }
    expect(transformationName(TRANSFORMATION_COUNT)).toBe("");
  });
  test("aliases mean the same, case matters", () => {
    expect(idOf("urlDecodeUni")).toBe(Transformation.UrlDecodeIis);
    expect(idOf("cmdLine")).toBe(Transformation.ShellUnescape);
    expect(idOf("compressWhiteSpace")).toBe(Transformation.CompressWhitespace);
    expect(idOf("_sqr_filename")).toBe(Transformation.UrlPath);
    expect(idOf("Lowercase")).toBe(TRANSFORMATION_UNKNOWN);
    expect(idOf("")).toBe(TRANSFORMATION_UNKNOWN);
    expect(idOf("lowercas")).toBe(TRANSFORMATION_UNKNOWN);
  });
});
