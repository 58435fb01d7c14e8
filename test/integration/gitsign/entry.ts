import { attribute } from "../x509/builder/cms.ts";
import { octets } from "../x509/builder/der.ts";
import { field, message } from "./protobuf.ts";

/** Rekor's answer, in the words of `rekor.v1.TransparencyLogEntry`. */
export interface Entry {
  readonly logIndex: number;
  readonly logId: Buffer;
  readonly kind: string;
  readonly version: string;
  readonly integratedTime: number;
  readonly promise: Buffer | undefined;
  readonly proof: Proof | undefined;
  /** gitsign leaves it out. */
  readonly body: Buffer | undefined;
}

export interface Proof {
  readonly logIndex: number;
  readonly rootHash: Buffer;
  readonly treeSize: number;
  readonly hashes: readonly Buffer[];
  readonly checkpoint: string;
}

/** As gitsign puts it among the unsigned attributes. */
export function entryAttribute(entry: Entry): Buffer {
  return attribute("1.3.6.1.4.1.57264.3.1", octets(encodeEntry(entry)));
}

export function encodeEntry({ proof, promise, body, ...entry }: Entry): Buffer {
  return message(
    entry.logIndex === 0 ? undefined : field(1, entry.logIndex),
    field(2, field(1, entry.logId)),
    field(3, message(field(1, entry.kind), field(2, entry.version))),
    field(4, entry.integratedTime),
    promise && field(5, field(1, promise)),
    proof && field(6, encodeProof(proof)),
    body && field(7, body),
  );
}

function encodeProof({ logIndex, rootHash, treeSize, hashes, checkpoint }: Proof): Buffer {
  return message(
    logIndex === 0 ? undefined : field(1, logIndex),
    field(2, rootHash),
    field(3, treeSize),
    ...hashes.map((each) => field(4, each)),
    field(5, field(1, checkpoint)),
  );
}
