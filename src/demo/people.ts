import { generateKeyPairSync } from "node:crypto";
import { signSsh, toSshKeyLine } from "../signatures/index.ts";
import type { Committer } from "./repository.ts";

/** Someone with an SSH key made for this run, who signs commits with it. */
export interface Person extends Committer {
  /** As in a `.pub` file. */
  readonly publicKey: string;
}

export function createPerson(name: string): Person {
  const { privateKey } = generateKeyPairSync("ed25519");
  const email = `${name}@bank.example`;
  return {
    name,
    email,
    publicKey: toSshKeyLine(privateKey, email),
    sign: (payload) => signSsh(payload, privateKey),
  };
}

/** The same person, who forgot to sign. */
export function unsigned({ name, email }: Committer): Committer {
  return { name, email };
}
