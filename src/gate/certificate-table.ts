import { type Digest, sha256 } from "../digest.ts";
import type { CommitRecord } from "../trust/index.ts";

interface Certified {
  readonly certificates?: readonly string[];
}

/**
 * The certificates that signatures came with, once each: a thousand commits of one person rest on the same few. Records
 * name them by the SHA-256 of their bytes; the bytes stay, since only they say, years later, what was revoked.
 */
export class CertificateTable {
  readonly #byDigest = new Map<Digest, string>();

  /** The commit with its approvals. */
  nameInCommit(commit: CommitRecord): CommitRecord {
    return { ...this.nameIn(commit), approvals: commit.approvals.map((each) => this.nameIn(each)) };
  }

  nameIn<T extends Certified>(record: T): T {
    const { certificates } = record;
    return certificates === undefined
      ? record
      : { ...record, certificates: certificates.map((each) => this.#name(each)) };
  }

  /** Base64 by digest; undefined where no signature came with a certificate. */
  toJson(): Readonly<Record<Digest, string>> | undefined {
    return this.#byDigest.size === 0 ? undefined : Object.fromEntries(this.#byDigest);
  }

  #name(certificate: string): Digest {
    const digest = sha256(Buffer.from(certificate, "base64"));
    this.#byDigest.set(digest, certificate);
    return digest;
  }
}
