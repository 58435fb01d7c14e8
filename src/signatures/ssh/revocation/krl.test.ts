import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ed25519 } from "../../../../test/integration/commits/objects.ts";
import {
  blobOf,
  ed25519Signature,
  encodeCertificate,
  uint64,
} from "../../../../test/integration/ssh/certificate-blob.ts";
import { parseSshCertificate, type SshCertificate } from "../certificate.ts";
import { fingerprintOf } from "../public-key.ts";
import { wirePositive, wireString, wireUint32 } from "../wire.ts";
import { KRL_MAGIC, type Krl, MAX_KRL_BYTES, parseKrl } from "./krl.ts";
import { isRevoked } from "./revoked-keys.ts";

const key = ed25519();
const authority = ed25519();
const LAST = 2n ** 64n - 1n;

function section(type: number, ...data: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.of(type), wireString(Buffer.concat(data))]);
}

interface Header {
  readonly magic?: Uint8Array;
  readonly format?: number;
  readonly flags?: bigint;
  readonly reserved?: string;
}

function krl(sections: readonly Uint8Array[], header: Header = {}): Buffer {
  const { magic = KRL_MAGIC, format = 1, flags = 0n, reserved = "" } = header;
  const numbers = [wireUint32(format), uint64(3n), uint64(1_700_000_000n), uint64(flags)];
  return Buffer.concat([magic, ...numbers, wireString(reserved), wireString("list"), ...sections]);
}

/** A section about the authority's certificates. */
function certificates(...sections: readonly Uint8Array[]): Buffer {
  return section(1, wireString(blobOf(authority)), wireString(""), ...sections);
}

function extension(type: number, critical: number): Buffer {
  return section(type, wireString("x@bank.example"), Buffer.of(critical), wireString("anything"));
}

function signed(list: Buffer, by = authority): Buffer {
  const start = Buffer.concat([list, section(4, blobOf(by))]);
  return Buffer.concat([start, wireString(ed25519Signature(by, start))]);
}

function read(bytes: Uint8Array): Krl {
  const parsed = parseKrl(bytes);
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

function codeOf(bytes: Uint8Array): string {
  const parsed = parseKrl(bytes);
  return parsed.ok ? "accepted" : parsed.refusals[0].code;
}

function certificate(serial: bigint): SshCertificate {
  const parsed = parseSshCertificate(encodeCertificate(key, authority, { serial }));
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

/** Which of some serials a section revokes. */
function revoked(data: Uint8Array, serials: readonly bigint[]): bigint[] {
  const list = read(krl([certificates(data)]));
  return serials.filter((serial) => isRevoked(list, certificate(serial)));
}

describe("serials", () => {
  it("in a list", () => {
    expect(revoked(section(0x20, uint64(2n), uint64(LAST)), [1n, 2n, 3n, LAST])).toEqual([2n, LAST]);
  });

  it("in a range, both ends included", () => {
    expect(revoked(section(0x21, uint64(2n), uint64(4n)), [1n, 2n, 3n, 4n, 5n])).toEqual([2n, 3n, 4n]);
  });

  it("in ranges that overlap, contain each other, and come in any order", () => {
    const ranges = [
      [10n, 20n],
      [1n, 3n],
      [12n, 14n],
      [18n, 25n],
      [40n, 50n],
    ].map(([first = 0n, last = 0n]) => section(0x21, uint64(first), uint64(last)));
    const serials = [1n, 3n, 4n, 9n, 10n, 13n, 16n, 21n, 25n, 26n, 39n, 40n, 50n, 51n];
    expect(revoked(Buffer.concat(ranges), serials)).toEqual([1n, 3n, 10n, 13n, 16n, 21n, 25n, 40n, 50n]);
  });

  it("in a bitmap, counted from its offset", () => {
    const bitmap = section(0x22, uint64(100n), wirePositive(Buffer.of(0b1000_0001, 0b0000_0010)));
    expect(revoked(bitmap, [1n, 99n, 100n, 101n, 102n, 108n, 115n, 116n])).toEqual([101n, 108n, 115n]);
  });

  it("in a bitmap that ends at the last", () => {
    const last = section(0x22, uint64(LAST - 7n), wirePositive(Buffer.of(0x80)));
    expect(revoked(last, [LAST - 7n, LAST - 1n, LAST])).toEqual([LAST]);
  });

  it("of zero are those of nobody, in whatever form", () => {
    expect(
      isRevoked(read(krl([certificates(section(0x21, uint64(1n), uint64(LAST)))])), certificate(0n)),
    ).toBe(false);
  });

  it.each([
    ["the serial zero", section(0x20, uint64(0n))],
    ["half a serial", section(0x20, Buffer.alloc(12, 1))],
    ["a range from zero", section(0x21, uint64(0n), uint64(4n))],
    ["a range that is upside down", section(0x21, uint64(4n), uint64(2n))],
    ["a range of three numbers", section(0x21, uint64(1n), uint64(2n), uint64(3n))],
    ["a bitmap beyond the last serial", section(0x22, uint64(LAST - 6n), wirePositive(Buffer.of(0x80)))],
    ["a bitmap with zero", section(0x22, uint64(0n), wirePositive(Buffer.of(1)))],
    ["an empty bitmap", section(0x22, uint64(1n), wireString(""))],
    ["a padded bitmap", section(0x22, uint64(1n), wireString(Buffer.of(0, 1)))],
    ["a key id with a NUL", section(0x23, wireString("a\0b"))],
  ])("malformed: %s", (_, data) => {
    expect(codeOf(krl([certificates(data)]))).toBe("MALFORMED_KRL");
  });
});

describe("a list", () => {
  it("says of itself what ssh-keygen prints", () => {
    const list = read(krl([section(2, wireString(blobOf(key)))]));
    expect(list).toMatchObject({ version: 3n, generatedAt: 1_700_000_000n, comment: "list", signedBy: [] });
    expect([...list.fingerprints]).toEqual([fingerprintOf(blobOf(key))]);
  });

  it.each<[string, Buffer, string]>([
    ["with nothing in it", krl([]), "accepted"],
    ["of another magic", krl([], { magic: Buffer.from("SSHKRL\n\x01") }), "MALFORMED_KRL"],
    ["of another format", krl([], { format: 2 }), "UNSUPPORTED_KRL"],
    ["with flags", krl([], { flags: 1n }), "UNSUPPORTED_KRL"],
    ["with a reserved field in use", krl([], { reserved: "x" }), "MALFORMED_KRL"],
    ["with a section of no known type", krl([section(6)]), "UNSUPPORTED_KRL"],
    ["with such a section about certificates", krl([certificates(section(0x24))]), "UNSUPPORTED_KRL"],
    [
      "with an extension that may be ignored",
      krl([extension(255, 0), certificates(extension(0x39, 0))]),
      "accepted",
    ],
    ["with one that may not", krl([extension(255, 1)]), "UNSUPPORTED_KRL"],
    ["with one that may not, about certificates", krl([certificates(extension(0x39, 1))]), "UNSUPPORTED_KRL"],
    ["with a SHA-1 that is too short", krl([section(3, wireString(Buffer.alloc(19)))]), "MALFORMED_KRL"],
    ["with a SHA-256 that is too long", krl([section(5, wireString(Buffer.alloc(33)))]), "MALFORMED_KRL"],
    ["cut off", krl([section(2, wireString(blobOf(key)))]).subarray(0, -1), "MALFORMED_KRL"],
    ["with an authority that is none", krl([section(1, wireString("x"), wireString(""))]), "MALFORMED_KRL"],
    ["longer than any", Buffer.concat([krl([]), Buffer.alloc(MAX_KRL_BYTES)]), "MALFORMED_KRL"],
    ["of more entries than any", krl([section(2, Buffer.alloc(4 * 500_001))]), "MALFORMED_KRL"],
  ])("%s", (_, bytes, expected) => {
    expect(codeOf(bytes)).toBe(expected);
  });
});

describe("a signed list", () => {
  const list = krl([section(2, wireString(blobOf(key)))]);

  it("names who signed it, all of them", () => {
    const other = ed25519();
    expect(read(signed(signed(list), other)).signedBy).toEqual(
      [authority, other].map((by) => fingerprintOf(blobOf(by))),
    );
  });

  it.each<[string, Buffer, string]>([
    ["by a key that it revokes", signed(list, key), "BAD_KRL_SIGNATURE"],
    ["twice by one key", signed(signed(list)), "BAD_KRL_SIGNATURE"],
    ["and added to afterwards", Buffer.concat([signed(list), section(2)]), "MALFORMED_KRL"],
    ["over other bytes", Buffer.concat([list, signed(list).subarray(krl([]).length)]), "BAD_KRL_SIGNATURE"],
    [
      "by nothing that is a key",
      Buffer.concat([list, section(4, Buffer.from("x")), wireString("")]),
      "MALFORMED_KRL",
    ],
  ])("%s", (_, bytes, expected) => {
    expect(codeOf(bytes)).toBe(expected);
  });

  it("is refused with any change to what is signed", () => {
    const honest = signed(list);
    fc.assert(
      fc.property(fc.nat(honest.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const changed = Buffer.from(honest);
        changed.writeUInt8(changed.readUInt8(index) ^ flip, index);
        expect(codeOf(changed)).not.toBe("accepted");
      }),
      { numRuns: 300 },
    );
  });
});

describe("arbitrary bytes", () => {
  const CODES = ["accepted", "MALFORMED_KRL", "UNSUPPORTED_KRL", "BAD_KRL_SIGNATURE"];

  it("behind a header are answered, never thrown at", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(CODES).toContain(codeOf(krl([bytes])));
      }),
      { numRuns: 500 },
    );
  });

  it("in sections about certificates too", () => {
    const sections = fc.array(
      fc.tuple(fc.constantFrom(0x20, 0x21, 0x22, 0x23, 0x39), fc.uint8Array({ maxLength: 40 })),
    );
    fc.assert(
      fc.property(sections, (parts) => {
        const data = parts.map(([type, bytes]) => section(type, bytes));
        expect(CODES).toContain(codeOf(krl([certificates(...data)])));
      }),
      { numRuns: 500 },
    );
  });
});
