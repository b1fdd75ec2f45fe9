import { BodyKind, ContentType } from "../../../../assembly/core/http/content-type";
import { Bytes } from "../inputs/listing";

const type = new ContentType();

class Row {
  constructor(
    public text: string,
    public kind: BodyKind,
  ) {}
}

const ROWS: Row[] = [
  new Row("", BodyKind.None),
  new Row("application/json", BodyKind.Json),
  new Row("Application/JSON; charset=utf-8", BodyKind.Json),
  new Row("application/json; charset", BodyKind.Json),
  new Row("application/json;", BodyKind.Json),
  new Row(" application/json ", BodyKind.Json),
  new Row("application/json, text/plain", BodyKind.Json),
  new Row("application/vnd.api+json", BodyKind.Json),
  new Row("text/x+json", BodyKind.Json),
  new Row("text/json", BodyKind.Json),
  new Row("application/x-ndjson", BodyKind.Json),
  new Row("application/json-seq", BodyKind.Json),
  new Row("application/geo+json-seq", BodyKind.Json),
  new Row("application/jsonx", BodyKind.Unknown),
  new Row("application/x-www-form-urlencoded", BodyKind.Form),
  new Row("multipart/form-data; boundary=x", BodyKind.Multipart),
  new Row("multipart/mixed", BodyKind.Multipart),
  new Row("text/xml", BodyKind.Xml),
  new Row("application/soap+xml", BodyKind.Xml),
  new Row("image/svg+xml", BodyKind.Xml),
  new Row("application/graphql", BodyKind.Graphql),
  new Row("application/grpc", BodyKind.Grpc),
  new Row("application/grpc+proto", BodyKind.Grpc),
  new Row("application/grpc-web+proto", BodyKind.Grpc),
  new Row("text/event-stream", BodyKind.EventStream),
  new Row("text/plain", BodyKind.Text),
  new Row("text/", BodyKind.Text),
  new Row("image/png", BodyKind.Binary),
  new Row("application/octet-stream", BodyKind.Binary),
  new Row("json", BodyKind.Unknown),
  new Row("/", BodyKind.Unknown),
  new Row(";", BodyKind.Unknown),
  new Row("application/x-unheard", BodyKind.Unknown),
];

describe("core/http/content-type ContentType", () => {
  test("kinds", () => {
    for (let i = 0; i < ROWS.length; i++) {
      const bytes = new Bytes(ROWS[i].text);
      type.parse(bytes.at, bytes.len);
      expect(type.kind).toBe(ROWS[i].kind, ROWS[i].text);
    }
  });
  test("parameters, quoted or not; the first of a name counts", () => {
    const bytes = new Bytes('multipart/form-data; CharSet = UTF-8 ;x; boundary="a;b"; boundary=c');
    type.parse(bytes.at, bytes.len);
    expect(String.UTF8.decodeUnsafe(type.type, type.typeLen)).toBe("multipart/form-data", "type");
    expect(String.UTF8.decodeUnsafe(type.charset, type.charsetLen)).toBe("UTF-8", "charset");
    expect(String.UTF8.decodeUnsafe(type.boundary, type.boundaryLen)).toBe("a;b", "boundary");
  });
  test("an open quote and an overlong type", () => {
    const open = new Bytes('multipart/form-data; boundary="abc');
    type.parse(open.at, open.len);
    expect(String.UTF8.decodeUnsafe(type.boundary, type.boundaryLen)).toBe("abc", "open quote");
    const long = new Bytes("application/" + "x".repeat(1000));
    type.parse(long.at, long.len);
    expect(type.kind).toBe(BodyKind.Unknown, "overlong");
    expect(type.boundaryLen).toBe(0, "forgotten");
  });
});
