import { TrustError } from "./error.ts";

/** Somebody whom a policy names. However many keys they have, they are one. */
export interface Person {
  readonly name: string;
  readonly roles: readonly string[];
  /** The addresses that commits may carry as theirs. */
  readonly emails: readonly string[];
}

/** Everybody whom a policy names, by name and by address. */
export class People {
  readonly all: readonly Person[];
  readonly #byName: ReadonlyMap<string, Person>;
  readonly #byEmail: ReadonlyMap<string, Person>;

  /** Throws DUPLICATE_SIGNER where a name or an address would stand for two. */
  constructor(all: readonly Person[]) {
    this.all = all;
    this.#byName = indexOnce(all.map((person) => [person.name, person]));
    this.#byEmail = indexOnce(
      all.flatMap((person) => person.emails.map((email) => [email.toLowerCase(), person] as const)),
    );
  }

  get(name: string): Person | undefined {
    return this.#byName.get(name);
  }

  /** Whose address it is, however it is spelt: to be asked where being somebody is what counts against them. */
  ownerOf(email: string): Person | undefined {
    return this.#byEmail.get(email.toLowerCase());
  }
}

function indexOnce(entries: readonly (readonly [key: string, person: Person])[]): Map<string, Person> {
  const index = new Map<string, Person>();
  for (const [key, person] of entries) {
    if (index.has(key)) {
      throw new TrustError("DUPLICATE_SIGNER", `${JSON.stringify(key)} is given to two signers`, {
        remedy: "give a person one entry with all their keys, and an address to one person",
      });
    }
    index.set(key, person);
  }
  return index;
}
