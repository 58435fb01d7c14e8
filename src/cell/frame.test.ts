import { describe, expect, test } from "vitest";
import { decodeAnswer, encodeRequest } from "./frame.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function answer(header: string, blobs = "", size = bytes(header).byteLength): Uint8Array {
  const prefix = new Uint8Array(4);
  new DataView(prefix.buffer).setUint32(0, size, true);
  return Uint8Array.from([...prefix, ...bytes(header), ...bytes(blobs)]);
}

describe("encodeRequest", () => {
  test("writes length, header and files in order of path", () => {
    const frame = encodeRequest(
      "op",
      { a: 1 },
      new Map([
        ["b", bytes("22")],
        ["a", bytes("1")],
      ]),
    );
    const size = new DataView(frame.buffer).getUint32(0, true);
    const text = new TextDecoder().decode(frame.subarray(4));
    expect(JSON.parse(text.slice(0, size))).toEqual({
      op: "op",
      args: { a: 1 },
      files: [
        { path: "a", size: 1 },
        { path: "b", size: 2 },
      ],
    });
    expect(text.slice(size)).toBe("122");
  });
});

describe("decodeAnswer", () => {
  test("cuts the blobs out", () => {
    const decoded = decodeAnswer(answer('{"ok":true,"value":{"a":1},"blobs":[2,0,1]}', "abc"));
    expect(decoded).toEqual({ ok: true, value: { a: 1 }, blobs: [bytes("ab"), bytes(""), bytes("c")] });
  });

  test("reads problems", () => {
    const decoded = decodeAnswer(
      answer('{"ok":false,"problems":[{"code":"PLUGIN","message":"no","row":1}]}'),
    );
    expect(decoded).toEqual({ ok: false, problems: [{ code: "PLUGIN", message: "no", row: 1 }] });
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["a header past the end", answer('{"ok":true,"value":1}', "", 99)],
    ["no JSON", answer("{")],
    ["no UTF-8", Uint8Array.of(1, 0, 0, 0, 0xff)],
    ["a blob too few", answer('{"ok":true,"value":1,"blobs":[2]}', "a")],
    ["a byte left over", answer('{"ok":true,"value":1,"blobs":[2]}', "abc")],
    ["bytes behind problems", answer('{"ok":false,"problems":[{"code":"PLUGIN","message":"no"}]}', "a")],
    ["no problem at all", answer('{"ok":false,"problems":[]}')],
    ["a code nobody knows", answer('{"ok":false,"problems":[{"code":"PLUGGED","message":"no"}]}')],
    ["a field nobody knows", answer('{"ok":true,"value":1,"verified":true}')],
    ["row zero", answer('{"ok":false,"problems":[{"code":"PLUGIN","message":"no","row":0}]}')],
  ])("%s is not an answer", (_, frame) => {
    expect(() => decodeAnswer(frame)).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
  });
});
