import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../../support/cli.ts";
import { describeWithTools } from "../../../support/tools.ts";
import { Sandbox } from "../../commits/sandbox.ts";
import { CASES, COUNTS } from "./cases.ts";
import type { Expecting } from "./gitsign.ts";
import { SERVER_TOOLS } from "./servers.ts";
import { GitsignWorld } from "./world.ts";

interface Judged {
  readonly oid?: string;
  readonly ref?: string;
  readonly code: string | null;
}

interface Report {
  readonly status: number | null;
  readonly counts: object;
  readonly commits: readonly Judged[];
  readonly tags: readonly Judged[];
}

const TOOLS = ["git", "gitsign", ...SERVER_TOOLS] as const;

describeWithTools(TOOLS, "what gitsign signs in a private Sigstore", (programs) => {
  let sandbox: Sandbox;
  let world: GitsignWorld;

  beforeAll(async () => {
    sandbox = new Sandbox();
    world = await GitsignWorld.start(programs, sandbox);
    for (const [what, { manner, change }] of Object.entries(CASES)) {
      await (change === undefined ? world.commit(what, manner) : world.changed(what, change));
    }
  }, 120_000);

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    sandbox[Symbol.dispose]();
  });

  async function verify(
    command: "commits" | "tag",
    expecting: Expecting,
    ...args: readonly string[]
  ): Promise<Report> {
    const { identity, issuer, rootJson } = expecting;
    const { code, stdout } = await runCli([
      ...["verify", command, "--repo", sandbox.repo, "--output", "json", ...args],
      ...["--sigstore-trusted-root", sandbox.write("trusted_root.json", rootJson)],
      ...["--certificate-identity", identity, "--certificate-oidc-issuer", issuer],
    ]);
    return { status: code, ...JSON.parse(stdout) };
  }

  describe("a commit with", () => {
    let report: Report;

    beforeAll(async () => {
      report = await verify("commits", world.alice, "--start", "root");
    });

    it("or without any fault is counted", () => {
      expect(report).toMatchObject({ status: 1, counts: COUNTS });
    });

    it.each(Object.entries(CASES))("%s is judged as gitsign judges it", async (what, { code, gitsign }) => {
      const oid = world.oid(what);
      const found = report.commits.find((each) => each.oid === oid);
      const accepted = await world.accepts("verify", oid);
      expect({ code: found?.code, gitsign: accepted }).toEqual({ code, gitsign });
      expect(found?.code === null && !accepted, "accepted here alone").toBe(false);
      // git does not say who is expected.
      const byGit = gitsign || code === "PRINCIPAL_NOT_ALLOWED";
      expect(await world.gitsign.gitAccepts(oid, world.alice)).toBe(byGit);
    });
  });

  describe("the good commit", () => {
    const goodBy = async (
      expecting: Expecting,
    ): Promise<[code: string | null | undefined, gitsign: boolean]> => {
      const { commits } = await verify("commits", expecting, "--start", "root");
      const accepted = await world.accepts("verify", world.oid("good"), expecting);
      return [commits.find(({ oid }) => oid === world.oid("good"))?.code, accepted];
    };

    it.each<[string, (alice: Expecting) => Partial<Expecting>]>([
      ["another identity", () => ({ identity: "mallory@bank.example" })],
      ["the beginning of the identity", ({ identity }) => ({ identity: identity.slice(0, -1) })],
      ["a pattern", () => ({ identity: ".*" })],
      ["an identity in capitals", ({ identity }) => ({ identity: identity.toUpperCase() })],
      ["another issuer", () => ({ issuer: world.otherIssuer })],
      ["the issuer with a slash", ({ issuer }) => ({ issuer: `${issuer}/` })],
    ])("is refused where %s is expected", async (_, change) => {
      expect(await goodBy({ ...world.alice, ...change(world.alice) })).toEqual([
        "PRINCIPAL_NOT_ALLOWED",
        false,
      ]);
    });

    it.each([
      ["certificateAuthorities", "CERTIFICATE_UNTRUSTED"],
      ["tlogs", "LOG_ENTRY_INVALID"],
      ["ctlogs", "CERTIFICATE_UNTRUSTED"],
    ])("is refused with %s of another Sigstore", async (field, code) => {
      const [own, other] = [world.alice.rootJson, world.otherRootJson].map((json) => JSON.parse(json));
      const rootJson = JSON.stringify({ ...own, [field]: other[field] });
      expect(await goodBy({ ...world.alice, rootJson })).toEqual([code, false]);
      expect(await goodBy({ ...world.alice, rootJson: JSON.stringify(own) })).toEqual([null, true]);
    });
  });

  describe("a tag", () => {
    const TAGS: Readonly<Record<string, { code: string | null; gitsign: boolean }>> = {
      v1: { code: null, gitsign: true },
      "v1-mallory": { code: "PRINCIPAL_NOT_ALLOWED", gitsign: false },
      "v1-renamed": { code: "BAD_SIGNATURE", gitsign: false },
      // gitsign does not ask under which name it lies.
      "v1-moved": { code: "TAG_NAME_MISMATCH", gitsign: true },
    };

    beforeAll(async () => {
      await world.tag("v1");
      await world.tag("v1-mallory", { email: "mallory@bank.example" });
      sandbox.changeTag("v1", "v1-renamed", (object) => object.replace("tag v1", "tag v1-renamed"));
      sandbox.changeTag("v1", "v1-moved", (object) => object);
    });

    it("is judged as gitsign judges it", async () => {
      const { tags } = await verify("tag", world.alice, "--all");
      const codes = new Map(tags.map(({ ref, code }) => [ref, code]));
      expect(codes.size).toBe(Object.keys(TAGS).length);
      for (const [name, expected] of Object.entries(TAGS)) {
        const gitsign = await world.accepts("verify-tag", name);
        expect([name, { code: codes.get(`refs/tags/${name}`), gitsign }]).toEqual([name, expected]);
      }
    });
  });
});
