// What kind of file bytes are, by how they begin, and whether that is what their name and media type say. Facts are
// those of the formats' own specifications and of the media type registry; formats are told apart only where it matters.
//
// A claim that nothing can be said about (application/octet-stream, no or an unknown extension) contradicts nothing. A
// format is looked for once per file, in what is held of its beginning.

import { equalsFolded, isSpace, lowerByte } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Text, text } from "../bytes/text";

/** NAMES, EXTENSIONS and MEDIA have a row for each. */
export enum FileType {
  None = 0,
  Png,
  Jpeg,
  Gif,
  Webp,
  Bmp,
  Tiff,
  Icon,
  Pdf,
  Zip,
  Gzip,
  Bzip2,
  Xz,
  Zstd,
  SevenZip,
  Rar,
  /** Microsoft's compound files, such as the old formats of Office. */
  Compound,
  Rtf,
  /** MP4, QuickTime, HEIF and AVIF. */
  IsoMedia,
  Matroska,
  Ogg,
  Flac,
  Mp3,
  /** Wave and AVI. */
  Riff,
  Sqlite,
  Elf,
  Pe,
  MachO,
  JavaClass,
  Wasm,
  /** From here on they are text; Text itself is only claimed. */
  Text,
  Xml,
  Svg,
  Html,
  Php,
  /** Pages of ASP and JSP. */
  ServerPage,
  /** `#!` and an interpreter. */
  Script,
}

/** Names of what is found, as rules see them. */
const NAMES = rows([
  "",
  "png",
  "jpeg",
  "gif",
  "webp",
  "bmp",
  "tiff",
  "icon",
  "pdf",
  "zip",
  "gzip",
  "bzip2",
  "xz",
  "zstd",
  "7z",
  "rar",
  "compound",
  "rtf",
  "isomedia",
  "matroska",
  "ogg",
  "flac",
  "mp3",
  "riff",
  "sqlite",
  "elf",
  "pe",
  "macho",
  "class",
  "wasm",
  "text",
  "xml",
  "svg",
  "html",
  "php",
  "server_page",
  "script",
]);

/** Extensions that claim it. */
const EXTENSIONS = rows([
  "",
  "png",
  "jpg jpeg jpe jfif",
  "gif",
  "webp",
  "bmp dib",
  "tif tiff",
  "ico",
  "pdf",
  "zip docx xlsx pptx docm xlsm pptm odt ods odp jar war apk epub",
  "gz tgz svgz",
  "bz2 tbz2",
  "xz txz",
  "zst",
  "7z",
  "rar",
  "doc xls ppt msg msi",
  "rtf",
  "mp4 m4a m4v mov heic heif avif 3gp",
  "mkv webm mka",
  "ogg oga ogv opus",
  "flac",
  "",
  "wav avi",
  "sqlite sqlite3",
  "so",
  "exe dll sys scr",
  "dylib",
  "class",
  "wasm",
  "txt csv tsv log md json yaml yml ini conf",
  "xml xsd xsl xslt wsdl rss atom",
  "svg",
  "html htm xhtml",
  "php php3 php5 phtml",
  "asp aspx jsp jspx",
  "sh bash py pl rb",
]);

/** Media types that claim it; `text/*` and the like claim Text. */
const MEDIA = rows([
  "",
  "image/png",
  "image/jpeg image/jpg image/pjpeg",
  "image/gif",
  "image/webp",
  "image/bmp image/x-ms-bmp",
  "image/tiff",
  "image/x-icon image/vnd.microsoft.icon",
  "application/pdf",
  "application/zip application/x-zip-compressed application/java-archive application/epub+zip",
  "application/gzip application/x-gzip",
  "application/x-bzip2",
  "application/x-xz",
  "application/zstd",
  "application/x-7z-compressed",
  "application/vnd.rar application/x-rar-compressed",
  "application/msword application/vnd.ms-excel application/vnd.ms-powerpoint",
  "application/rtf text/rtf",
  "video/mp4 audio/mp4 video/quicktime image/heic image/heif image/avif",
  "video/webm audio/webm video/x-matroska",
  "audio/ogg video/ogg application/ogg",
  "audio/flac",
  "",
  "audio/wav audio/x-wav video/x-msvideo",
  "application/vnd.sqlite3",
  "application/x-executable application/x-sharedlib",
  "application/vnd.microsoft.portable-executable application/x-msdownload",
  "application/x-mach-binary",
  "application/java-vm",
  "application/wasm",
  "application/json text/plain text/csv text/markdown text/css application/javascript text/javascript",
  "application/xml text/xml",
  "image/svg+xml",
  "text/html application/xhtml+xml",
  "application/x-php application/x-httpd-php text/x-php",
  "",
  "application/x-sh text/x-shellscript text/x-python text/x-perl",
]);

/** The first four bytes of files as a little-endian integer, and their FileType; 0 ends the list. */
// prettier-ignore
const MAGIC = memory.data<u32>([
  0x474e5089, FileType.Png,
  0x38464947, FileType.Gif,
  0x002a4949, FileType.Tiff,
  0x2a004d4d, FileType.Tiff,
  0x00010000, FileType.Icon,
  0x04034b50, FileType.Zip,
  0x06054b50, FileType.Zip,
  0x08074b50, FileType.Zip,
  0xfd2fb528, FileType.Zstd,
  0xafbc7a37, FileType.SevenZip,
  0xe011cfd0, FileType.Compound,
  0x74725c7b, FileType.Rtf,
  0xa3df451a, FileType.Matroska,
  0x5367674f, FileType.Ogg,
  0x43614c66, FileType.Flac,
  0x464c457f, FileType.Elf,
  0x6d736100, FileType.Wasm,
  0xfeedface, FileType.MachO,
  0xfeedfacf, FileType.MachO,
  0xcefaedfe, FileType.MachO,
  0xcffaedfe, FileType.MachO,
  0, 0,
]);
/** First four bytes that more has to follow, and what: `RIFF…WEBP`, `SQLi…orma`, `Rar!`, CA FE BA BE. */
const RIFF: u32 = 0x46464952;
const WEBP: u32 = 0x50424557;
const SQLI: u32 = 0x694c5153;
const ORMA: u32 = 0x616d726f;
const RAR: u32 = 0x21726152;
const CAFE: u32 = 0xbebafeca;
/** Bytes that no header of these formats needs more of. */
const HEAD_BYTES: u32 = 1024;
const XML_HEAD = text("<?xml");
const SVG_TAG = text("<svg");
const SVG_DOCTYPE = text("<!doctype svg");
const PHP_TAG = text("<?php");
const PHP_ECHO = text("<?=");
const SERVER_TAG = text("<%");
const PDF = text("%pdf-");
const HTML_STARTS = rows(["<!doctype html", "<html", "<head", "<body", "<script", "<iframe"]);

/** What the first `len` bytes of a file are; None when they are no format that is told apart. */
export function fileTypeOf(at: usize, len: u32): FileType {
  if (len >= 4) {
    const found = binaryType(at, len);
    if (found != FileType.None) return found;
  }
  return textType(at, at + min(len, HEAD_BYTES));
}

/** What a file name claims by what stands behind its last dot. */
export function claimOfName(at: usize, end: usize): FileType {
  // Windows drops dots and blanks at the end.
  while (end > at && (load<u8>(end - 1) <= 0x20 || load<u8>(end - 1) == 0x2e)) end--;
  let from = end;
  while (from > at && load<u8>(from - 1) != 0x2e) from--;
  return from == at ? FileType.None : lookUp(EXTENSIONS, from, <u32>(end - from));
}

/** What a media type claims, with or without parameters. */
export function claimOfMedia(at: usize, end: usize): FileType {
  end = findByte(at, end, 0x3b);
  while (end > at && load<u8>(end - 1) <= 0x20) end--;
  return lookUp(MEDIA, at, <u32>(end - at));
}

/** A file that is claimed to be the one is none, as it begins like the other. */
export function contradicts(claim: FileType, found: FileType): bool {
  if (claim == FileType.None || claim == found) return false;
  if (claim < FileType.Text) return true;
  if (found < FileType.Text) return found != FileType.None;
  // One text is as good as another, but pictures and data hold no pages and scripts.
  return (claim == FileType.Xml || claim == FileType.Svg) && found >= FileType.Html;
}

/** The name of a type; 0 long for None. */
export function fileTypeName(type: FileType): Text {
  return NAMES[type];
}

function binaryType(at: usize, len: u32): FileType {
  const four = load<u32>(at);
  for (let row = MAGIC; load<u32>(row) != 0; row += 8) {
    if (load<u32>(row) == four) return load<u32>(row, 4);
  }
  if (len >= 12) {
    const third = load<u32>(at, 8);
    if (four == RIFF) return third == WEBP ? FileType.Webp : FileType.Riff;
    if (four == SQLI && third == ORMA) return FileType.Sqlite;
  }
  if (four == RAR && len >= 5 && load<u8>(at, 4) == 0x1a) return FileType.Rar;
  // A class file has its version behind it, 45 and above, a universal binary the number of its parts.
  if (four == CAFE && len >= 8) {
    return bswap(load<u32>(at, 4)) < 45 ? FileType.MachO : FileType.JavaClass;
  }
  return shortMagic(at, len);
}

/** Formats that two or three bytes tell, or bytes further on. */
function shortMagic(at: usize, len: u32): FileType {
  const three = load<u32>(at) & 0xffffff;
  if (three == 0xffd8ff) return FileType.Jpeg;
  if (three == 0x088b1f) return FileType.Gzip;
  if (three == 0x685a42 && len >= 6 && load<u16>(at, 4) == 0x4131) return FileType.Bzip2;
  if (three == 0x334449 && load<u8>(at, 3) < 5) return FileType.Mp3;
  if (load<u32>(at) == 0x587a37fd) return FileType.Xz;
  const two = <u32>load<u16>(at);
  // Text may begin with these letters.
  if (two == 0x5a4d && len >= 64 && findByte(at, at + 64, 0) != at + 64) return FileType.Pe;
  if (two == 0x4d42 && len >= 14 && load<u32>(at, 6) == 0) return FileType.Bmp;
  return len >= 8 && load<u8>(at) == 0 && isAtom(load<u32>(at, 4)) ? FileType.IsoMedia : FileType.None;
}

/** What an ISO or QuickTime file may begin with: ftyp, moov, mdat, wide. */
function isAtom(name: u32): bool {
  return name == 0x70797466 || name == 0x766f6f6d || name == 0x7461646d || name == 0x65646977;
}

function textType(at: usize, end: usize): FileType {
  if (end - at >= 2 && load<u16>(at) == 0x2123) return FileType.Script;
  if (end - at >= 3 && load<u16>(at) == 0xbbef && load<u8>(at, 2) == 0xbf) at += 3;
  while (at < end && isSpace(load<u8>(at))) at++;
  if (at == end) return FileType.None;
  if (load<u8>(at) == 0x25) return starts(at, end, PDF) ? FileType.Pdf : FileType.None;
  if (load<u8>(at) != 0x3c) return FileType.None;
  if (starts(at, end, PHP_TAG) || starts(at, end, PHP_ECHO)) return FileType.Php;
  if (starts(at, end, SERVER_TAG)) return FileType.ServerPage;
  if (starts(at, end, SVG_TAG) || starts(at, end, SVG_DOCTYPE)) return FileType.Svg;
  if (starts(at, end, XML_HEAD)) return xmlType(at, end);
  for (let i = 0; i < HTML_STARTS.length; i++) {
    if (starts(at, end, HTML_STARTS[i])) return FileType.Html;
  }
  return FileType.None;
}

/** By the first element or document type of what begins as XML. */
function xmlType(at: usize, end: usize): FileType {
  while (at < end) {
    at = findByte(at + 1, end, 0x3c);
    if (at + 1 >= end) break;
    const c = <u32>load<u8>(at, 1);
    if (starts(at, end, SVG_TAG) || starts(at, end, SVG_DOCTYPE)) return FileType.Svg;
    if (starts(at, end, HTML_STARTS[0]) || starts(at, end, HTML_STARTS[1])) return FileType.Html;
    if (c != 0x21 && c != 0x3f) break;
  }
  return FileType.Xml;
}

/** The row of a table that has that word, in any case. */
function lookUp(table: Array<Text>, at: usize, len: u32): FileType {
  if (len == 0) return FileType.None;
  for (let i = 1; i < table.length; i++) {
    const row = table[i];
    const end = row.at + row.len;
    for (let word = row.at; word < end;) {
      const to = findByte(word, end, 0x20);
      if (<u32>(to - word) == len && equalsFolded(at, len, word, len)) return <FileType>i;
      word = to + 1;
    }
  }
  return FileType.None;
}

function starts(at: usize, end: usize, word: Text): bool {
  return <u32>(end - at) >= word.len && equalsFolded(at, word.len, word.at, word.len);
}

function rows(words: string[]): Array<Text> {
  const out: Array<Text> = [];
  for (let i = 0; i < words.length; i++) out.push(text(words[i]));
  return out;
}
