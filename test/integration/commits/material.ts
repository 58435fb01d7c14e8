import type { KeyObject } from "node:crypto";
import type { PublicKey } from "openpgp";
import type { KeyMaterial, SignerMaterial, TrustMaterial } from "../../../src/api/index.ts";
import { sha256 } from "../../../src/digest.ts";
import { toSshKeyLine } from "../../../src/signatures/index.ts";
import { NO_AUTHORITIES } from "./authorities.ts";
import { ed25519 } from "./objects.ts";

export interface Window {
  readonly validAfter?: number;
  readonly validBefore?: number;
}

export function sshMaterial(key: KeyObject, window: Window = {}): KeyMaterial {
  return { scheme: "ssh", line: toSshKeyLine(key), origin: "signers.0.keys.0", ...window };
}

export function openpgpMaterial(key: PublicKey, window: Window = {}): KeyMaterial {
  return { scheme: "openpgp", armored: key.armor(), origin: "keys/alice.asc", ...window };
}

/** Somebody else, so that a rule may ask for a role that Alice has not. */
export function bobTheReleaser(): SignerMaterial {
  return { name: "bob", roles: ["releaser"], keys: [sshMaterial(ed25519())] };
}

/** A TrustPolicy in which `developer` may change everything, and its signer is Alice with the given keys. */
export function trustMaterial(
  keys: readonly KeyMaterial[],
  parts: Partial<TrustMaterial> = {},
): TrustMaterial {
  return {
    name: "payments-trust",
    namespace: "payments",
    digest: sha256("trust"),
    signers: [{ name: "alice", roles: ["developer"], keys }],
    authorities: NO_AUTHORITIES,
    revoked: { sshKeys: [] },
    history: { start: "root", fastForwardOnly: true },
    commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
    artifacts: [],
    ...parts,
  };
}
