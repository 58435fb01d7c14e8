import { createHash, generateKeyPairSync, sign } from "node:crypto";
import canonicalize from "canonicalize";

const DAY_MS = 86_400_000;

/** A TUF repository (its specification, 1.0) with one target: files by their paths. */
export type TufRepository = Readonly<Record<string, string>>;

/** As a Sigstore hands its `trusted_root.json` out: every role has the same key, and the first version is the only one. */
export function tufRepository(trustedRoot: string): TufRepository {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const key = { keytype: "ed25519", keyval: { public: raw.toString("hex") }, scheme: "ed25519" };
  const keyid = digest(canonical(key));
  const role = { keyids: [keyid], threshold: 1 };
  const expires = `${new Date(Date.now() + DAY_MS).toISOString().slice(0, 19)}Z`;

  const signed = (type: string, content: object): string => {
    const body = { _type: type, spec_version: "1.0.31", version: 1, expires, ...content };
    const sig = sign(null, Buffer.from(canonical(body)), privateKey).toString("hex");
    return JSON.stringify({ signed: body, signatures: [{ keyid, sig }] });
  };

  const sha256 = digest(trustedRoot);
  const target = { length: Buffer.byteLength(trustedRoot), hashes: { sha256 } };
  return {
    "root.json": signed("root", {
      consistent_snapshot: true,
      keys: { [keyid]: key },
      roles: { root: role, timestamp: role, snapshot: role, targets: role },
    }),
    "timestamp.json": signed("timestamp", { meta: { "snapshot.json": { version: 1 } } }),
    "1.snapshot.json": signed("snapshot", { meta: { "targets.json": { version: 1 } } }),
    "1.targets.json": signed("targets", { targets: { "trusted_root.json": target } }),
    [`targets/${sha256}.trusted_root.json`]: trustedRoot,
  };
}

/** What is signed: for what a repository holds, the form of RFC 8785 is canonical JSON. */
function canonical(value: object): string {
  return canonicalize(value) ?? "";
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
