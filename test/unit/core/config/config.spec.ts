import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import { text } from "../../../../assembly/core/bytes/text";
import { appendFilled } from "../../../../assembly/core/config/block-page";
import { Config, Mode } from "../../../../assembly/core/config/config";
import { loadConfig } from "../../../../assembly/core/config/config-loader";
import { isMediaPattern, matchesMediaType } from "../../../../assembly/core/config/media-pattern";

function load(source: string): Config {
  const config = new Config();
  const problems = new ByteWriter();
  const warnings = new ByteWriter();
  const bytes = text(source);
  expect(loadConfig(bytes.at, bytes.len, config, problems, warnings)).toBe(true, source);
  // Nothing may point into the source or into the document once they are gone.
  memory.fill(bytes.at, 0x58, bytes.len);
  config.closeDocument();
  return config;
}

function shown(at: usize, len: u32): string {
  return String.UTF8.decodeUnsafe(at, len);
}

function matches(pattern: string, type: string): bool {
  const p = text(pattern);
  const t = text(type);
  return isMediaPattern(p.at, p.len) && matchesMediaType(p.at, p.len, t.at, t.len);
}

function filled(template: string): string {
  const out = new ByteWriter();
  const id = text("ID-7");
  appendFilled(out, text(template), id.at, id.len);
  return String.UTF8.decodeUnsafe(out.at, out.length);
}

describe("core/config/config Config", () => {
  test("texts outlive their source and the document", () => {
    const config = load(
      '{"mode":"block","service":"shop","blocking":{"redirect":{"location":"/no"}},' +
        '"client_ip":{"header":"X-Real-IP"},"custom_rules":[],"disabled_rules":["crs-1","crs-2"]}',
    );
    expect(config.mode).toBe(Mode.Block, "mode");
    expect(shown(config.service.at, config.service.len)).toBe("shop", "service");
    expect(shown(config.redirectLocation.at, config.redirectLocation.len)).toBe("/no", "location");
    expect(config.redirectStatus).toBe(303, "redirect status");
    expect(shown(config.clientIpHeader.at, config.clientIpHeader.len)).toBe("x-real-ip", "header");
    const id = text("crs-2");
    expect(config.disabledRules.has(id.at, id.len)).toBe(true, "second id");
    expect(config.disabledRules.has(id.at, id.len - 1)).toBe(false, "part of an id");
    expect(config.blockRules.has(id.at, id.len)).toBe(false, "other list");
    expect(config.customRules).toBe(0, "document closed");
    config.free();
  });
  test("allowsContentType", () => {
    const json = text("application/json");
    const png = text("image/png");
    const all = load("{}");
    expect(all.allowsContentType(png.at, png.len)).toBe(true, "no list allows all");
    all.free();
    const some = load('{"allowed_content_types":["text/*","application/json"]}');
    expect(some.allowsContentType(json.at, json.len)).toBe(true, "json");
    expect(some.allowsContentType(png.at, png.len)).toBe(false, "png");
    expect(some.allowsContentType(png.at, 0)).toBe(true, "no type declared");
    some.free();
  });
});

describe("core/config/media-pattern matchesMediaType", () => {
  test("types and patterns", () => {
    expect(matches("application/json", "application/json")).toBe(true, "same");
    expect(matches("Application/JSON", "application/json")).toBe(true, "any case");
    expect(matches("application/json", "application/json5")).toBe(false, "longer type");
    expect(matches("application/json5", "application/json")).toBe(false, "longer pattern");
    expect(matches("*+json", "application/problem+json")).toBe(true, "suffix");
    expect(matches("*+json", "application/json")).toBe(false, "suffix missing");
    expect(matches("text/*", "text/plain")).toBe(true, "top level");
    expect(matches("text/*", "context/plain")).toBe(false, "start is bound");
    expect(matches("*/*", "text/plain")).toBe(true, "two stars");
    expect(matches("*", "anything")).toBe(true, "one star");
    expect(matches("a*b*c/d", "aXbYbZc/d")).toBe(true, "stars step back");
    expect(matches("*a/b", "aaa/b")).toBe(true, "star takes all but the last");
    expect(matches("*a/b", "aaa/c")).toBe(false, "star takes nothing that helps");
  });
});

describe("core/config/block-page appendFilled", () => {
  test("placeholders", () => {
    expect(filled("")).toBe("", "empty");
    expect(filled("plain [text]")).toBe("plain [text]", "none");
    expect(filled("[security_response_id]")).toBe("ID-7", "alone");
    expect(filled("a [security_response_id][security_response_id] z")).toBe("a ID-7ID-7 z", "two");
    expect(filled("[security_response_id")).toBe("[security_response_id", "cut");
    expect(filled("[[security_response_id]]")).toBe("[ID-7]", "in brackets");
  });
});
