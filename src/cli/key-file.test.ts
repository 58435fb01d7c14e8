import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OWNER_ONLY, READABLE, readPrivateKeyFile, writeKeyFiles } from "./key-file.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-key-file-"));
  path = join(folder, "audit.key");
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const write = (mode = OWNER_ONLY) => writeKeyFiles([{ path, content: "secret", mode }]);

async function modeOf(file: string): Promise<number> {
  return (await stat(file)).mode & 0o777;
}

describe("writing a key", () => {
  it.each([OWNER_ONLY, READABLE])(
    "gives it the mode %d whatever the umask, and leaves nothing else",
    async (mode) => {
      await write(mode);
      expect(await modeOf(path)).toBe(mode);
      expect(await readdir(folder)).toEqual(["audit.key"]);
    },
  );

  it("takes no mode from a file that waited under a temporary name, and does not write into it", async () => {
    await writeFile(`${path}.tmp`, "waiting");
    await chmod(`${path}.tmp`, 0o666);
    await write();
    expect(await modeOf(path)).toBe(OWNER_ONLY);
    expect(await readFile(`${path}.tmp`, "utf8")).toBe("waiting");
  });

  it.each(["audit.key", "audit.key.tmp"])("follows no link at %s", async (name) => {
    const elsewhere = join(folder, "elsewhere");
    await symlink(elsewhere, join(folder, name));
    if (name === "audit.key") await expect(write()).rejects.toMatchObject({ code: "EXISTS" });
    else await write();
    await expect(stat(elsewhere)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("never overwrites, and then writes none of the files", async () => {
    await writeFile(path, "mine");
    const files = [join(folder, "audit.pub"), path].map((each) => ({
      path: each,
      content: "x",
      mode: READABLE,
    }));
    await expect(writeKeyFiles(files)).rejects.toMatchObject({ code: "EXISTS" });
    expect(await readdir(folder)).toEqual(["audit.key"]);
    expect(await readFile(path, "utf8")).toBe("mine");
  });
});

describe("reading a private key", () => {
  it.each([0o600, 0o400, 0o700])("passes with mode %d", async (mode) => {
    await write();
    await chmod(path, mode);
    expect(await readPrivateKeyFile(path)).toBe("secret");
  });

  it.each([0o640, 0o620, 0o604, 0o602, 0o666])("is refused with mode %d", async (mode) => {
    await write();
    await chmod(path, mode);
    await expect(readPrivateKeyFile(path)).rejects.toMatchObject({ code: "EXPOSED_KEY" });
  });

  it("gives nothing where there is none, and a fault where it is no file", async () => {
    expect(await readPrivateKeyFile(path)).toBeUndefined();
    await chmod(folder, 0o700);
    await expect(readPrivateKeyFile(folder)).rejects.toMatchObject({ code: "UNREADABLE" });
  });
});
