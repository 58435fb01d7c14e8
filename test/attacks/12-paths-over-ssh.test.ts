import { expect, it } from "vitest";
import { attemptFetch } from "../integration/git/support/attempt.ts";
import {
  commitTree,
  hashObject,
  makeBareRepository,
  makeFolder,
  type RawEntry,
  rawTree,
  setBranch,
} from "../integration/git/support/git.ts";
import { serveGit } from "../integration/git/support/servers.ts";
import { startSshd } from "../integration/git/support/ssh.ts";
import { describeWithTools } from "../support/tools.ts";

const COMMIT = "1".repeat(40);

describeWithTools(["git", "sshd", "ssh-keygen"], "attack 12: a tree that came over SSH", () => {
  it.each<[string, (path: string) => Omit<RawEntry, never>, RegExp]>([
    [
      "leads out by a link",
      (path) => ({ mode: "120000", name: "a", oid: hashObject(path, "blob", "../../etc") }),
      /^SYMLINK/,
    ],
    [
      "has a folder of git's",
      (path) => ({ mode: "100644", name: ".git", oid: hashObject(path, "blob", "x") }),
      /^[A-Z_]+$/,
    ],
    ["goes up", (path) => ({ mode: "100644", name: "..", oid: hashObject(path, "blob", "x") }), /^[A-Z_]+$/],
    ["has a submodule", () => ({ mode: "160000", name: "lib", oid: COMMIT }), /^SUBMODULE/],
  ])("is refused as over HTTP: it %s", async (_, entryIn, code) => {
    const root = makeFolder();
    const path = makeBareRepository(root);
    const honest = { mode: "100644", name: "app.yaml", oid: hashObject(path, "blob", "kind: ConfigMap\n") };
    setBranch(path, "main", commitTree(path, { tree: rawTree(path, [honest]) }));
    const { url, auth } = await startSshd();
    const overSsh = { url: url(path), auth };
    expect(await attemptFetch(overSsh)).toMatch(/^[0-9a-f]{40}$/);
    const entries = [entryIn(path), honest].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    setBranch(path, "main", commitTree(path, { tree: rawTree(path, entries) }));
    const refused = await attemptFetch({ url: `${await serveGit(root)}/config.git` });
    expect(refused).toMatch(code);
    expect(await attemptFetch(overSsh)).toBe(refused);
  });
});
