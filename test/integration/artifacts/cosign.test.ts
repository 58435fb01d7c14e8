import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileArtifactRules, verifyImage } from "../../../src/artifacts/index.ts";
import { generateSigningKey, signBundle, signSimple } from "../../../src/demo/cosign-signer.ts";
import { pushImage } from "../../../src/demo/image.ts";
import { createRegistry, parseReference } from "../../../src/oci/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { type CosignKey, makeImportableKeys, RealCosign } from "./real-cosign.ts";
import {
  type RunningRegistry,
  startCraneRegistry,
  startDemoRegistry,
  startDockerRegistry,
  startReferrersRegistry,
} from "./real-registries.ts";

/** Never the synchronous one: a registry may be in this process. */
const run = promisify(execFile);

/** `passed`, or the code of the first refusal. */
async function verdictOf(image: string, publicPem: string): Promise<string> {
  const rules = compileArtifactRules([
    { match: ["**"], signedBy: { any: [{ cosign: { origin: "key.pub", pem: publicPem } }] } },
  ]);
  const reference = parseReference(image);
  if (!reference.ok) return reference.refusals[0].code;
  const { refusals } = await verifyImage(reference.value, rules, createRegistry());
  return refusals[0]?.code ?? "passed";
}

describeWithTools(
  ["cosign", "cosign2", "crane", "referrersregistry", "docker-registry"],
  "beside the real cosign",
  (tools) => {
    let cosign: RealCosign;
    let key: CosignKey;
    let stranger: CosignKey;

    beforeAll(async () => {
      cosign = await RealCosign.open(tools);
      key = await cosign.generateKey("ci");
      stranger = await cosign.generateKey("stranger");
    });
    afterAll(() => cosign.close());

    describe.each([
      ["Debian's docker-registry", () => startDockerRegistry(tools["docker-registry"])],
      ["crane's registry", () => startCraneRegistry(tools.crane)],
      [
        "go-containerregistry's, with the referrers API",
        () => startReferrersRegistry(tools.referrersregistry),
      ],
      ["the demo's registry", startDemoRegistry],
    ])("on %s", (_, start) => {
      let registry: RunningRegistry;

      beforeAll(async () => {
        registry = await start();
      });
      afterAll(() => registry.close());

      const push = async (path: string) => {
        const digest = await pushImage({ host: registry.host, path }, "v1", path);
        return {
          tagged: `${registry.host}/${path}:v1`,
          pinned: `${registry.host}/${path}@${digest}`,
          digest,
        };
      };

      it.each(["sign2", "sign3"] as const)("what %s makes is accepted with its key alone", async (sign) => {
        const { tagged, pinned } = await push(`theirs/${sign}`);
        expect(await verdictOf(tagged, key.publicPem)).toBe("IMAGE_UNSIGNED");
        await cosign[sign](pinned, key);
        expect(await verdictOf(tagged, key.publicPem)).toBe("passed");
        expect(await verdictOf(pinned, key.publicPem)).toBe("passed");
        expect(await verdictOf(tagged, stranger.publicPem)).toBe("IMAGE_WRONG_KEY");
        expect(await cosign.accepts(tagged, key.publicFile)).toBe(true);
        expect(await cosign.accepts(tagged, stranger.publicFile)).toBe(false);
      });

      it.each([
        ["simplesigning", signSimple],
        ["bundle", signBundle],
      ] as const)("what we sign as %s is accepted by cosign, and by us", async (layout, sign) => {
        const { tagged, digest } = await push(`ours/${layout}`);
        const ours = generateSigningKey();
        await sign({ host: registry.host, path: `ours/${layout}` }, digest, ours);
        const file = await cosign.writeKey(`${layout}.pub`, ours.publicKeyPem);
        expect(await cosign.accepts(tagged, file)).toBe(true);
        expect(await verdictOf(tagged, ours.publicKeyPem)).toBe("passed");
        expect(await cosign.accepts(tagged, key.publicFile)).toBe(false);
        expect(await verdictOf(tagged, key.publicPem)).toBe("IMAGE_WRONG_KEY");
      });

      it("an index that is signed is accepted, and does not vouch for what it lists", async () => {
        const { tagged: part, pinned } = await push("theirs/index");
        const index = `${registry.host}/theirs/index:multi`;
        await run(tools.crane, ["index", "append", "-m", pinned, "-t", index]);
        const { stdout: digest } = await run(tools.crane, ["digest", index]);
        await cosign.sign3(`${registry.host}/theirs/index@${digest.trim()}`, key);
        expect(await verdictOf(index, key.publicPem)).toBe("passed");
        expect(await cosign.accepts(index, key.publicFile)).toBe(true);
        expect(await verdictOf(part, key.publicPem)).toBe("IMAGE_UNSIGNED");
        expect(await cosign.accepts(part, key.publicFile)).toBe(false);
      });
    });

    describe("with other kinds of keys", () => {
      let registry: RunningRegistry;

      beforeAll(async () => {
        registry = await startDemoRegistry();
      });
      afterAll(() => registry.close());

      it.each(makeImportableKeys())("%s", async (name, privateKey) => {
        const imported = await cosign.importKey(name, privateKey);
        for (const sign of ["sign2", "sign3"] as const) {
          const path = `keys/${name}-${sign}`;
          const digest = await pushImage({ host: registry.host, path }, "v1", path);
          await cosign[sign](`${registry.host}/${path}@${digest}`, imported);
          expect(await verdictOf(`${registry.host}/${path}:v1`, imported.publicPem)).toBe("passed");
          expect(await verdictOf(`${registry.host}/${path}:v1`, key.publicPem)).toBe("IMAGE_WRONG_KEY");
        }
      });
    });
  },
);
