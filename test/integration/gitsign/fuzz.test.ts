import * as fc from "fast-check";
import { expect, it } from "vitest";
import { MalformedMessage, Message } from "../../../src/signatures/sigstore/protobuf.ts";
import { describeWithTools } from "../../support/tools.ts";
import { judgeGitsign } from "./judge.ts";
import { PUBLIC_GOOD, partsOf, publicGoodRoot } from "./public-good.ts";

const { payload, signature } = partsOf(PUBLIC_GOOD.commit);
const root = publicGoodRoot();
const genuine = Buffer.from(signature.split("\n").slice(1, -1).join(""), "base64");
const now = Date.now();

function judge(der: Uint8Array): object {
  const armored = `-----BEGIN SIGNED MESSAGE-----\n${Buffer.from(der).toString("base64")}\n-----END SIGNED MESSAGE-----`;
  const verdict = judgeGitsign(armored, root, now, payload);
  return verdict.ok ? verdict : { ok: false };
}

describeWithTools(["time"], "a mutated signature by gitsign", () => {
  const said = judge(genuine);

  it("is read before it is mutated", () => {
    expect(said).toMatchObject({ ok: true, identity: PUBLIC_GOOD.identity });
  });

  it("is refused, or says exactly what the genuine one says", () => {
    const position = fc.nat(genuine.length - 1);
    void fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 255 }), (at, change) => {
        const mutated = Buffer.from(genuine);
        mutated.writeUInt8(mutated.readUInt8(at) ^ change, at);
        expect([{ ok: false }, said]).toContainEqual(judge(mutated));
      }),
      { numRuns: 1000 },
    );
    void fc.assert(
      fc.property(position, position, fc.uint8Array({ maxLength: 8 }), (from, to, inserted) => {
        const spliced = Buffer.concat([genuine.subarray(0, from), inserted, genuine.subarray(to)]);
        expect([{ ok: false }, said]).toContainEqual(judge(spliced));
      }),
      { numRuns: 1000 },
    );
  });
});

it("arbitrary bytes are a message, or refused with one error", () => {
  void fc.assert(
    fc.property(fc.uint8Array({ maxLength: 256 }), (bytes) => {
      let outcome: unknown;
      try {
        outcome = new Message(bytes);
      } catch (error) {
        outcome = error;
      }
      expect(outcome instanceof Message || outcome instanceof MalformedMessage).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
