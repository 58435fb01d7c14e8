import * as fc from "fast-check";
import { authority, basicConstraints, issue, keyUsage, subjectKeyId } from "./builder/certificate.ts";
import { container, signerInfo } from "./builder/cms.ts";
import { ber } from "./builder/der.ts";
import { pss } from "./builder/keys.ts";
import { PAYLOAD } from "./judge.ts";

export const root = authority(undefined);
export const sub = authority(root, {
  name: "sub",
  extensions: [basicConstraints(1), keyUsage(5), subjectKeyId(Buffer.of(1))],
});
export const alice = issue(sub, { extensions: [keyUsage(0), subjectKeyId(Buffer.of(2))] });
const certificates = [alice.certificate, sub.certificate];
const signers = [signerInfo(PAYLOAD, alice, sub)];
const bob = issue(sub, { name: "bob", key: pss() });
const byBob = { certificates: [bob.certificate, sub.certificate], signers: [signerInfo(PAYLOAD, bob, sub)] };
/** The same statement in DER and in BER, and one with RSASSA-PSS. */
export const signatures = [
  container({ certificates, signers }),
  container({ certificates, signers, wrap: ber }),
  container(byBob),
];

/** A small change to one of them. */
export const mutation = fc.record({
  of: fc.constantFrom(...signatures),
  at: fc.nat(),
  kind: fc.constantFrom("flip", "set", "delete", "insert", "cut", "repeat"),
  octets: fc.uint8Array({ minLength: 1, maxLength: 4 }),
});

type Mutation = Parameters<Parameters<typeof mutation.map>[0]>[0];

export function mutate({ of, at, kind, octets }: Mutation): Buffer {
  const position = at % of.length;
  const [before, after] = [of.subarray(0, position), of.subarray(position)];
  const [first = 0] = octets;
  switch (kind) {
    case "flip":
      return Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ (1 << (first % 8))), after.subarray(1)]);
    case "set":
      return Buffer.concat([before, octets, after.subarray(octets.length)]);
    case "delete":
      return Buffer.concat([before, after.subarray(octets.length)]);
    case "insert":
      return Buffer.concat([before, octets, after]);
    case "cut":
      return before;
    default:
      return Buffer.concat([before, after.subarray(0, first), after]);
  }
}
