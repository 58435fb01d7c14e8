import fc from "fast-check";
import { enums } from "openpgp";
import { beforeAll, describe, expect, it } from "vitest";
import { openpgpKey, openpgpSign } from "../../../test/integration/commits/openpgp-keys.ts";
import { parseOpenpgpSignature } from "./signature.ts";

let honest: string;
/** The packet inside: `C2`, its length in one octet, its body. */
let packet: Buffer;

beforeAll(async () => {
  const { privateKey } = await openpgpKey();
  honest = await openpgpSign(Buffer.from("data"), privateKey);
  packet = Buffer.from(
    honest
      .split("\n")
      .filter((line) => /^[A-Za-z0-9+/]{3}/.test(line))
      .join(""),
    "base64",
  );
});

const BEGIN = "-----BEGIN PGP SIGNATURE-----";
const END = "-----END PGP SIGNATURE-----";

function armor(bytes: Uint8Array, checksum = ""): string {
  return `${BEGIN}\n\n${Buffer.from(bytes).toString("base64")}\n${checksum}${END}\n`;
}

function codeOf(armored: string): string {
  const parsed = parseOpenpgpSignature(armored);
  return parsed.ok ? "accepted" : parsed.refusals[0].code;
}

function body(): Buffer {
  return packet.subarray(2);
}

describe("the armor", () => {
  it("is read with headers and a checksum, or without", () => {
    expect(codeOf(honest)).toBe("accepted");
    expect(codeOf(armor(packet))).toBe("accepted");
    expect(codeOf(honest.replace(`${BEGIN}\n`, `${BEGIN}\nVersion: GnuPG v2\nComment: x: y\n`))).toBe(
      "accepted",
    );
    expect(codeOf(`${honest}\n\n`)).toBe("accepted");
  });

  it.each([
    ["nothing", () => ""],
    ["another label", () => honest.replaceAll("PGP SIGNATURE", "PGP MESSAGE")],
    ["text before it", () => `x\n${honest}`],
    ["text after it", () => `${honest}x`],
    ["two of them", () => honest + honest],
    ["no blank line", () => honest.replace("\n\n", "\n")],
    ["a header that is none", () => honest.replace(`${BEGIN}\n`, `${BEGIN}\nno colon\n`)],
    ["another checksum", () => armor(packet, "=AAAA\n")],
    ["line ends of another system", () => honest.replaceAll("\n", "\r\n")],
    ["no content", () => `${BEGIN}\n\n${END}\n`],
  ])("is not %s", (_, make) => {
    expect(codeOf(make())).toBe("MALFORMED_SIGNATURE");
  });
});

describe("the container", () => {
  it("may have a header of either form", () => {
    const legacy = Buffer.concat([Buffer.of(0x88, body().length), body()]);
    const fiveOctets = Buffer.concat([Buffer.of(0xc2, 0xff, 0, 0, 0, body().length), body()]);
    expect(codeOf(armor(legacy))).toBe("accepted");
    expect(codeOf(armor(fiveOctets))).toBe("accepted");
  });

  it.each([
    ["two signatures", () => Buffer.concat([packet, packet])],
    [
      "a signature and a packet that readers ignore",
      () => Buffer.concat([packet, Buffer.of(0xca, 3, 0x50, 0x47, 0x50)]),
    ],
    ["a packet of another kind", () => Buffer.concat([Buffer.of(0xcd, 1), Buffer.from("x")])],
    ["a packet of unknown length", () => Buffer.concat([Buffer.of(0x8b), body()])],
    ["a packet in parts", () => Buffer.concat([Buffer.of(0xc2, 0xe0), body()])],
    ["a packet that ends early", () => packet.subarray(0, -1)],
    ["a byte too many", () => Buffer.concat([packet, Buffer.of(0)])],
  ])("does not hold %s", (_, make) => {
    expect(codeOf(armor(make()))).toBe("MALFORMED_SIGNATURE");
  });
});

describe("the signature", () => {
  const withOctet = (index: number, value: number): string => {
    const bytes = Buffer.from(packet);
    bytes.writeUInt8(value, 2 + index);
    return armor(bytes);
  };

  it.each([
    ["version 3", 0, 3, "UNSUPPORTED_ALGORITHM"],
    ["version 5", 0, 5, "UNSUPPORTED_ALGORITHM"],
    ["over nothing", 1, enums.signature.standalone, "MALFORMED_SIGNATURE"],
    ["over a user id", 1, enums.signature.certGeneric, "MALFORMED_SIGNATURE"],
    ["over a subkey", 1, enums.signature.subkeyBinding, "MALFORMED_SIGNATURE"],
    ["by an encryption key", 2, enums.publicKey.ecdh, "UNSUPPORTED_ALGORITHM"],
    ["by an algorithm to come", 2, 99, "UNSUPPORTED_ALGORITHM"],
    ["over SHA-1", 3, enums.hash.sha1, "WEAK_ALGORITHM"],
    ["over a hash to come", 3, 99, "UNSUPPORTED_ALGORITHM"],
    ["over text", 1, enums.signature.text, "accepted"],
  ])("%s", (_, index, value, expected) => {
    expect(codeOf(withOctet(index, value))).toBe(expected);
  });

  it("is refused when it depends on what is not understood", () => {
    const [hashedLength = 0, ...rest] = [body().readUInt16BE(4), ...body().subarray(6)];
    const unknown = Buffer.of(2, 0x80 | 100, 0);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(hashedLength + unknown.length);
    const changed = Buffer.concat([body().subarray(0, 4), length, unknown, Buffer.from(rest)]);
    expect(codeOf(armor(Buffer.concat([Buffer.of(0x88, changed.length), changed])))).toBe(
      "UNSUPPORTED_ALGORITHM",
    );
  });
});

it("answers any bytes, and never throws", () => {
  const answers = /^(accepted|MALFORMED_SIGNATURE|UNSUPPORTED_ALGORITHM|WEAK_ALGORITHM)$/;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      expect(codeOf(armor(Buffer.concat([Buffer.of(0xc2, bytes.length + 4, 4, 0, 27, 8), bytes])))).toMatch(
        answers,
      );
    }),
    { numRuns: 500 },
  );
});
