// One entry of `routes`: which requests it is for, and the settings that hold for them.

import { equalBytes, equalsFolded } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Text } from "../bytes/text";
import { RegexBuild, RegexStatus, buildRegex } from "../compile/regex-compiler";
import { nfaSearch } from "../match/regex-nfa";
import { Config } from "./config";
import { TextList } from "./text-list";

const STAR: u32 = 0x2a;
const SLASH: u32 = 0x2f;

/** What is known of a request when its route is chosen; a text is 0 long when it is not known. */
@unmanaged
export class RouteSubject {
  /** Without port. */
  host: Text = new Text();
  /** Decoded and normalised (http/route-path.ts). */
  path: Text = new Text();
  method: Text = new Text();
  /** Envoy's name of the route. */
  routeName: Text = new Text();
}

@unmanaged
export class Route {
  /** Its own name on events. */
  name: Text = new Text();
  /** Empty texts, and no methods: any. `*.example.com` is kept as `.example.com`. */
  host: Text = new Text();
  path: Text = new Text();
  methods: TextList = new TextList();
  routeName: Text = new Text();
  /** The path is a pattern, and this the program for it, owned. */
  pattern: usize = 0;
  /** Bytes of the path that are no stars: the more, the more specific. */
  private pathBytes: u32 = 0;
  /** The global settings with those of the route over them. */
  config: Config;

  constructor(config: Config) {
    this.config = config;
  }

  /** Takes a prefix of paths: whole segments of it, unless it ends in a slash. */
  usePrefix(path: Text): void {
    this.path.at = path.at;
    this.path.len = path.len;
    this.pathBytes = path.len;
  }

  /** Takes a pattern: `*` is anything within a segment, `**` anything at all. False when it is too long to compile. */
  usePattern(path: Text): bool {
    this.usePrefix(path);
    const regex = new ByteWriter();
    regex.byte(0x5e);
    for (let i: u32 = 0; i < path.len; i++) {
      const c = <u32>load<u8>(path.at + i);
      if (c == STAR) {
        const isDouble = i + 1 < path.len && load<u8>(path.at + i + 1) == <u8>STAR;
        regex.text(isDouble ? "(?s:.*)" : "[^/]*");
        this.pathBytes -= isDouble ? 2 : 1;
        if (isDouble) i++;
      } else {
        if (c < 0x80 && !isWordByte(c)) regex.byte(0x5c);
        regex.byte(<u8>c);
      }
    }
    regex.byte(0x24);
    const build = new RegexBuild();
    build.maxStates = 0;
    const isBuilt = buildRegex(build, regex.at, regex.length, 0) == RegexStatus.Ok;
    if (isBuilt) {
      this.pattern = heap.alloc(build.program.length);
      memory.copy(this.pattern, build.program.at, build.program.length);
    }
    build.free();
    regex.free();
    heap.free(changetype<usize>(regex));
    return isBuilt;
  }

  matches(subject: RouteSubject): bool {
    if (this.routeName.len != 0 && !isSame(this.routeName, subject.routeName)) return false;
    if (this.host.len != 0 && !this.matchesHost(subject.host)) return false;
    if (this.methods.count != 0 && !this.methods.has(subject.method.at, subject.method.len)) return false;
    return this.path.len == 0 || this.matchesPath(subject.path);
  }

  /** The name of Envoy's route counts most, then the host, the path, the method; of equals the first one goes first. */
  isMoreSpecific(other: Route): bool {
    if ((this.routeName.len != 0) != (other.routeName.len != 0)) return this.routeName.len != 0;
    if (this.hostRank() != other.hostRank()) return this.hostRank() > other.hostRank();
    if (this.pathRank() != other.pathRank()) return this.pathRank() > other.pathRank();
    return this.methods.count != 0 && other.methods.count == 0;
  }

  free(): void {
    if (this.pattern != 0) heap.free(this.pattern);
    this.methods.free();
    this.config.free();
    heap.free(changetype<usize>(this.config));
    heap.free(changetype<usize>(this.name));
    heap.free(changetype<usize>(this.host));
    heap.free(changetype<usize>(this.path));
    heap.free(changetype<usize>(this.routeName));
    heap.free(changetype<usize>(this));
  }

  private matchesHost(host: Text): bool {
    const own = this.host;
    if (load<u8>(own.at) != 0x2e) return equalsFolded(host.at, host.len, own.at, own.len);
    if (host.len <= own.len) return false;
    return equalsFolded(host.at + (host.len - own.len), own.len, own.at, own.len);
  }

  private matchesPath(path: Text): bool {
    const own = this.path;
    if (this.pattern != 0) return nfaSearch(this.pattern, path.at, path.at + path.len);
    if (path.len < own.len || !equalBytes(path.at, own.at, own.len)) return false;
    if (path.len == own.len || load<u8>(own.at + (own.len - 1)) == <u8>SLASH) return true;
    return load<u8>(path.at + own.len) == <u8>SLASH;
  }

  /** A whole host before the ends of hosts, the longer one first. */
  private hostRank(): u32 {
    if (this.host.len == 0) return 0;
    return load<u8>(this.host.at) == 0x2e ? this.host.len : 0x10000;
  }

  /** The path with more bytes of its own; of equals the pattern, which has an end. */
  private pathRank(): u32 {
    return this.path.len == 0 ? 0 : this.pathBytes * 2 + (this.pattern != 0 ? 2 : 1);
  }
}

function isSame(a: Text, b: Text): bool {
  return a.len == b.len && equalBytes(a.at, b.at, a.len);
}

function isWordByte(c: u32): bool {
  return (c | 0x20) - 0x61 < 26 || c - 0x30 < 10 || c == 0x5f;
}
