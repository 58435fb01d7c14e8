import {
  createMessage,
  generateKey,
  type KeyOptions,
  type PartialConfig,
  type PrivateKey,
  type PublicKey,
  sign,
} from "openpgp";
import {
  buildOpenpgpKeyring,
  buildSshKeyring,
  type Keyring,
  type OpenpgpKeyring,
  readKeyFile,
} from "../../../src/signatures/index.ts";
import { DAY, NOW } from "./objects.ts";

export interface KeyPair {
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
}

/** A key made in software, a year before {@link NOW} unless told otherwise. */
export async function openpgpKey(options: Omit<Partial<KeyOptions>, "format"> = {}): Promise<KeyPair> {
  return generateKey({
    userIDs: [{ name: "Alice", email: "alice@bank.example" }],
    date: new Date(NOW - 365 * DAY),
    subkeys: [],
    format: "object",
    ...options,
  });
}

/** A keyring in which nobody is trusted. */
export const NO_KEYS: Keyring = {
  ssh: buildSshKeyring({}),
  openpgp: buildOpenpgpKeyring([]),
  x509: [],
  sigstore: undefined,
};

export interface SignOptions {
  readonly at?: number;
  /** For the library's own strictness to be turned off. */
  readonly config?: PartialConfig;
  readonly text?: boolean;
}

/** A detached signature with its claimed time; the library signs whatever is asked, as an attacker would. */
export async function openpgpSign(
  payload: Uint8Array,
  key: PrivateKey,
  options: SignOptions = {},
): Promise<string> {
  const message = options.text
    ? await createMessage({ text: Buffer.from(payload).toString() })
    : await createMessage({ binary: payload });
  const date = new Date(options.at ?? NOW);
  return sign({ message, signingKeys: key, detached: true, date, config: options.config ?? {} });
}

export async function keyringOf(...keys: readonly PublicKey[]): Promise<OpenpgpKeyring> {
  const files = await Promise.all(keys.map((key) => readKeyFile(key.write())));
  return buildOpenpgpKeyring(files.flatMap(({ certificates }) => certificates));
}
