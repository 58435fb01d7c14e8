import { createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { testSigner } from "../../../test/integration/audit/samples.ts";
import {
  formatEnvelope,
  isEnvelopeSignedBy,
  parseEnvelope,
  preAuthenticationEncoding,
  signEnvelope,
} from "./dsse.ts";

const TYPE = "application/vnd.in-toto+json";

function base64url(decimal: string): string {
  return Buffer.from(BigInt(decimal).toString(16).padStart(64, "0"), "hex").toString("base64url");
}

describe("the pre-authentication encoding", () => {
  // https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#test-vectors
  const payload = Buffer.from("hello world");

  it("is that of the protocol's test vector", () => {
    const encoded = preAuthenticationEncoding("http://example.com/HelloWorld", payload);
    expect(Buffer.from(encoded).toString()).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });

  it("is what the vector's ECDSA key signed", () => {
    const x = base64url("46950820868899156662930047687818585632848591499744589407958293238635476079160");
    const y = base64url("5640078356564379163099075877009565129882514886557779369047442380624545832820");
    const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
    const signature = Buffer.from(
      "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==",
      "base64",
    );
    const verifies = (type: string) =>
      verify(
        "sha256",
        preAuthenticationEncoding(type, payload),
        { key, dsaEncoding: "ieee-p1363" },
        signature,
      );
    expect(verifies("http://example.com/HelloWorld")).toBe(true);
    expect(verifies("http://example.com/HelloWorlds")).toBe(false);
  });

  it("counts bytes, not characters", () => {
    const encoded = preAuthenticationEncoding("é", Buffer.from("è subito"));
    expect(Buffer.from(encoded).toString()).toBe("DSSEv1 2 é 9 è subito");
  });
});

describe("envelopes", () => {
  it("read back as written, and verify with their key alone", async () => {
    const envelope = await signEnvelope(TYPE, Buffer.from("{}"), testSigner());
    const read = parseEnvelope(formatEnvelope(envelope));
    expect(read).toEqual(envelope);
    expect(isEnvelopeSignedBy(envelope, testSigner().publicKey)).toBe(true);
    expect(isEnvelopeSignedBy(envelope, testSigner(2).publicKey)).toBe(false);
    expect(isEnvelopeSignedBy({ ...envelope, payload: Buffer.from("[]") }, testSigner().publicKey)).toBe(
      false,
    );
    expect(isEnvelopeSignedBy({ ...envelope, payloadType: "text/plain" }, testSigner().publicKey)).toBe(
      false,
    );
    const short = { ...envelope, signature: envelope.signature.slice(1) };
    expect(isEnvelopeSignedBy(short, testSigner().publicKey)).toBe(false);
  });

  it("verify whatever key id they claim, since that is only a hint", async () => {
    const envelope = await signEnvelope(TYPE, Buffer.from("{}"), testSigner());
    expect(
      isEnvelopeSignedBy({ ...envelope, keyId: `SHA256:${"0".repeat(43)}` }, testSigner().publicKey),
    ).toBe(true);
  });

  it.each([
    ["a space", (text: string) => text.replace(":", ": ")],
    [
      "another order",
      (text: string) => text.replace(/^\{("payloadType":"[^"]+"),("payload":"[^"]+")/, "{$2,$1"),
    ],
    ["a field more", (text: string) => text.replace("{", '{"x":1,')],
    ["an escape", (text: string) => text.replace("json", "jso\\u006e")],
    ["a second signature", (text: string) => text.replace(/(\{"keyid.*\})\]/, "$1,$1]")],
    ["no signature", (text: string) => text.replace(/\[.*\]/, "[]")],
    ["payload base64 without padding", (text: string) => text.replace("e30=", "e30")],
    ["slack bits in the base64", (text: string) => text.replace("e30=", "e31=")],
    ["a newline at the end", (text: string) => `${text}\n`],
  ])("with %s are malformed", async (_what, change) => {
    const text = formatEnvelope(await signEnvelope(TYPE, Buffer.from("{}"), testSigner()));
    expect(change(text)).not.toBe(text);
    expect(parseEnvelope(change(text))).toBeUndefined();
  });
});
