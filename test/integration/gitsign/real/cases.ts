import { putTogether, type SignatureParts, takeApart } from "../signature-parts.ts";
import type { Change, Manner, Signed } from "./world.ts";

/** A commit that gitsign made, what became of it, our word for it, and whether gitsign accepts it. */
export interface Case {
  readonly manner?: Manner;
  readonly change?: Change;
  readonly code: string | null;
  readonly gitsign: boolean;
}

function refused(code: string, { manner, change }: Pick<Case, "manner" | "change">): Case {
  return { ...(manner && { manner }), ...(change && { change }), code, gitsign: false };
}

/** With parts of the signature that was made after it. */
const withParts =
  (choose: (own: SignatureParts, later: SignatureParts) => Partial<SignatureParts>): Change =>
  ({ signature, payload }, later) => {
    const own = takeApart(signature);
    return { payload, signature: putTogether({ ...own, ...choose(own, takeApart(later)) }) };
  };

const withContent =
  (from: string, to: string): Change =>
  ({ signature, payload }) => ({ signature, payload: payload.replace(from, to) });

export const CASES: Readonly<Record<string, Case>> = {
  good: { code: null, gitsign: true },
  "good, taken apart and put together": { change: withParts(() => ({})), code: null, gitsign: true },
  // gitsign asks the log for it; here no network is asked.
  "its entry in the log alone": { manner: { rekorMode: "online" }, code: "NOT_LOGGED", gitsign: true },

  "another person": refused("PRINCIPAL_NOT_ALLOWED", { manner: { email: "mallory@bank.example" } }),
  "an address that begins alike": refused("PRINCIPAL_NOT_ALLOWED", {
    manner: { email: "alice@bank.example.org" },
  }),
  "another provider": refused("PRINCIPAL_NOT_ALLOWED", { manner: { provider: "other" } }),
  "another Fulcio": refused("CERTIFICATE_UNTRUSTED", { manner: { fulcio: "other" } }),
  "another Rekor": refused("LOG_ENTRY_INVALID", { manner: { rekor: "other" } }),
  "another Sigstore": refused("CERTIFICATE_UNTRUSTED", { manner: { fulcio: "other", rekor: "other" } }),

  "another message": refused("BAD_SIGNATURE", { change: withContent("another message", "other") }),
  "another author": refused("BAD_SIGNATURE", { change: withContent("author Alice", "author Alise") }),
  "a signature from another commit": refused("BAD_SIGNATURE", {
    change: ({ payload }, later): Signed => ({ payload, signature: later }),
  }),
  "without an entry": refused("NOT_LOGGED", { change: withParts(() => ({ unsigned: Buffer.alloc(0) })) }),
  "another's entry": refused("LOG_ENTRY_INVALID", {
    change: withParts((_, { unsigned }) => ({ unsigned })),
  }),
  "another's certificate": refused("CERTIFICATE_MISSING", {
    change: withParts((_, { certificates }) => ({ certificates })),
  }),
  "two entries": refused("MALFORMED_SIGNATURE", {
    change: withParts((own, later) => ({ unsigned: Buffer.concat([own.unsigned, later.unsigned]) })),
  }),
};

/** Of the commits above. */
export const COUNTS = {
  total: 16,
  verified: 2,
  refused: 14,
  byCode: {
    NOT_LOGGED: 2,
    PRINCIPAL_NOT_ALLOWED: 3,
    CERTIFICATE_UNTRUSTED: 2,
    LOG_ENTRY_INVALID: 2,
    BAD_SIGNATURE: 3,
    CERTIFICATE_MISSING: 1,
    MALFORMED_SIGNATURE: 1,
  },
} as const;
