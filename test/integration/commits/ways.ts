import type { AuthoritiesMaterial, KeyMaterial } from "../../../src/api/index.ts";
import { signSsh, toSshKeyLine } from "../../../src/signatures/index.ts";
import { PrivateSigstore, WHO } from "../gitsign/private-sigstore.ts";
import { signCertified } from "../ssh/authority.ts";
import { encodeCertificate } from "../ssh/certificate-blob.ts";
import { alternativeNames, authority, issue } from "../x509/builder/certificate.ts";
import { signCms } from "../x509/builder/cms.ts";
import {
  NO_AUTHORITIES,
  principalKey,
  sigstoreKey,
  sshAuthority,
  x509Authority,
  x509Key,
} from "./authorities.ts";
import { judgeObject } from "./judge.ts";
import { openpgpMaterial, sshMaterial, type Window } from "./material.ts";
import { addSignature, type CommitParts, commitObject, DAY, ed25519, HOUR, NOW } from "./objects.ts";
import { openpgpKey, openpgpSign } from "./openpgp-keys.ts";

/** How Alice signs, and what a policy says of her for it. */
export interface Way {
  readonly authorities: AuthoritiesMaterial;
  /** When her commits are judged, an hour after they were made; gitsign's logs and authorities are of today. */
  readonly now: number;
  /** What is said of her when the key is not hers in the policy. */
  readonly unknown: string;
  key(window?: Window): KeyMaterial;
  sign(payload: Uint8Array): string | Promise<string>;
}

const ALICE = "alice@bank.example";

function ssh(now: number): Way {
  const key = ed25519();
  return {
    authorities: NO_AUTHORITIES,
    now,
    unknown: "UNKNOWN_KEY",
    key: (window) => sshMaterial(key, window),
    sign: (payload) => signSsh(payload, key),
  };
}

function sshCertificate(now: number): Way {
  const [key, fleet] = [ed25519(), ed25519()];
  return {
    authorities: { ...NO_AUTHORITIES, sshCertificates: [sshAuthority("fleet", toSshKeyLine(fleet))] },
    now,
    unknown: "PRINCIPAL_NOT_ALLOWED",
    key: (window) => principalKey("alice", "fleet", window),
    sign: (payload) => signCertified(key, encodeCertificate(key, fleet), payload),
  };
}

async function openpgp(now: number): Promise<Way> {
  const { publicKey, privateKey } = await openpgpKey();
  return {
    authorities: NO_AUTHORITIES,
    now,
    unknown: "UNKNOWN_KEY",
    key: (window) => openpgpMaterial(publicKey, window),
    sign: (payload) => openpgpSign(payload, privateKey, { at: now - HOUR }),
  };
}

function x509(now: number): Way {
  const validity = { from: now - DAY, to: now + DAY };
  const bank = authority(undefined, { name: "bank", ...validity });
  const alice = issue(bank, { extensions: [alternativeNames(["email", ALICE])], ...validity });
  return {
    authorities: { ...NO_AUTHORITIES, x509: [x509Authority("bank-ca", [bank])] },
    now,
    unknown: "PRINCIPAL_NOT_ALLOWED",
    key: (window) => x509Key(ALICE, "bank-ca", window),
    sign: (payload) => signCms(payload, alice, bank, { signingTime: now - HOUR }),
  };
}

async function gitsign(): Promise<Way> {
  const sigstore = new PrivateSigstore();
  const root = { origin: "trusted_root.json", text: await sigstore.rootJson() };
  return {
    authorities: { ...NO_AUTHORITIES, sigstore: root },
    now: sigstore.now + HOUR,
    unknown: "PRINCIPAL_NOT_ALLOWED",
    key: (window) => sigstoreKey(WHO, window),
    sign: (payload) => sigstore.sign(payload),
  };
}

/** One for each scheme; `now` in whole seconds. */
export async function allWays(now = NOW): Promise<readonly (readonly [name: string, way: Way])[]> {
  return [
    ["ssh", ssh(now)],
    ["an SSH certificate", sshCertificate(now)],
    ["openpgp", await openpgp(now)],
    ["x509", x509(now)],
    ["gitsign", await gitsign()],
  ];
}

/** A commit as Alice makes it an hour before it is judged. */
export async function signedCommit(way: Way, parts: CommitParts = {}): Promise<Buffer> {
  const commit = unsignedCommit(way, parts);
  return addSignature(commit, await way.sign(commit));
}

export function unsignedCommit(way: Way, parts: CommitParts = {}): Buffer {
  return commitObject({ at: way.now - HOUR, ...parts });
}

/** The way as the spec of a TrustPolicy has it. */
export function specOf({ authorities, ...way }: Way, { validBefore }: Window = {}) {
  const { x509, sshCertificates, sigstore } = authorities;
  const window = { ...(validBefore !== undefined && { validBefore: new Date(validBefore).toISOString() }) };
  return {
    signers: [{ name: "alice", roles: ["developer"], keys: [{ ...keySpec(way.key()), ...window }] }],
    authorities: {
      x509: x509.map(({ name, roots }) => ({ name, roots: { pem: roots.text } })),
      sshCertificates: sshCertificates.map(({ name, line }) => ({ name, key: line })),
      ...(sigstore && { sigstore: { trustedRoot: { json: sigstore.text } } }),
    },
  };
}

function keySpec(key: KeyMaterial): object {
  switch (key.scheme) {
    case "ssh":
      return { ssh: key.line };
    case "openpgp":
      return { openpgp: { armored: key.armored } };
    case "x509":
      return { x509: { authority: key.authority, email: key.email } };
    case "sshCertificate":
      return { sshCertificate: { authority: key.authority, principal: key.principal } };
    case "sigstore":
      return { sigstore: { issuer: key.issuer, identity: key.identity } };
  }
}

interface Judging {
  readonly keys?: readonly KeyMaterial[];
  readonly now?: number;
}

/** By a policy in which Alice is nobody but who signs in this way. */
export function judgeWay(
  way: Way,
  commit: Buffer,
  { keys = [way.key()], now = way.now }: Judging = {},
): Promise<string> {
  return judgeObject(commit, { keys, now, policy: { authorities: way.authorities } });
}
