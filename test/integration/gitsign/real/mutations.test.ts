import { expect, it } from "vitest";
import { describeWithTools } from "../../../support/tools.ts";
import { addSignature } from "../../commits/objects.ts";
import { Sandbox } from "../../commits/sandbox.ts";
import { armor } from "../../x509/builder/cms.ts";
import { codeOf } from "../judge.ts";
import { PUBLIC_GOOD, partsOf, publicGoodRoot } from "../public-good.ts";
import { Gitsign } from "./gitsign.ts";

const { commit, rootJson, identity, issuer } = PUBLIC_GOOD;
const { payload, signature } = partsOf(commit);

/** Of each octet. */
const BITS = [1, 6];

/** The signature with one of its bits changed, each in turn. */
function* mutations(): Generator<string> {
  const genuine = Buffer.from(signature.split("\n").slice(1, -1).join(""), "base64");
  for (const [at, octet] of genuine.entries()) {
    for (const bit of BITS) {
      const mutated = Buffer.from(genuine);
      mutated.writeUInt8(octet ^ (1 << bit), at);
      yield armor(mutated);
    }
  }
}

describeWithTools(["git", "gitsign", "time"], "a signature by gitsign with one bit changed", (programs) => {
  it("is accepted nowhere, or by gitsign too", async () => {
    const [root, now] = [publicGoodRoot(), Date.now()];
    const accepted = mutations()
      .filter((each) => codeOf(each, root, now, payload) === "good")
      .toArray();
    // Those say nothing: version 3 of the container, and what base64 leaves over at the end of the checkpoint's signature.
    expect(accepted).toHaveLength(3);
    using sandbox = new Sandbox();
    await using gitsign = new Gitsign(sandbox, programs.gitsign);
    await gitsign.start();
    for (const each of accepted) {
      const oid = sandbox.commitRaw(addSignature(Buffer.from(payload), each));
      expect(await gitsign.accepts("verify", oid, { identity, issuer, rootJson })).toBe(true);
    }
  }, 120_000);
});
