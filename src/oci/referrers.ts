import type { Digest } from "../digest.ts";
import { RegistryError } from "./error.ts";
import { type Answer, expectOk } from "./exchange.ts";
import { MAX_REFERRER_PAGES, MAX_REFERRERS } from "./limits.ts";
import { type Descriptor, MEDIA_TYPE, parseManifest } from "./manifest.ts";

/** What a registry without the API answers on its path; the standard asks for 404. */
const UNSUPPORTED: ReadonlySet<number> = new Set([400, 404, 405, 406, 501]);

/** The tag under which clients keep the list themselves where the registry does not. */
export function fallbackTag(subject: Digest): string {
  return subject.replace(":", "-");
}

/**
 * All pages of the referrers API (distribution spec 1.1, "Listing Referrers"), or undefined where the
 * registry does not have it. The list is the registry's word alone: it says where to look, and each
 * manifest it names has yet to be fetched by digest and to name its subject.
 */
export async function listReferrers(
  first: URL,
  get: (url: URL) => Promise<Answer>,
): Promise<readonly Descriptor[] | undefined> {
  const referrers: Descriptor[] = [];
  let url: URL | undefined = first;
  for (let page = 0; url !== undefined; page++) {
    if (page === MAX_REFERRER_PAGES) throw tooMany(first, `${MAX_REFERRER_PAGES} pages`);
    const answer = await get(url);
    if (page === 0 && !isSupported(answer)) return undefined;
    referrers.push(...parseReferrers(expectOk(answer).body, answer.url));
    if (referrers.length > MAX_REFERRERS) throw tooMany(first, String(MAX_REFERRERS));
    url = nextPage(answer, first);
  }
  return referrers;
}

/** The descriptors in an index of referrers, from the API or from the fallback tag. */
export function parseReferrers(bytes: Uint8Array, from: URL): readonly Descriptor[] {
  const index = parseManifest(bytes);
  if (index?.kind === "index") return index.manifests;
  throw new RegistryError("MALFORMED_RESPONSE", `${from.host}${from.pathname} is not a list of referrers`);
}

/** A registry that knows nothing of the API may answer the path with a page of its own. */
function isSupported({ status, headers }: Answer): boolean {
  if (UNSUPPORTED.has(status)) return false;
  const type = (headers.get("content-type") ?? "").split(";", 1)[0]?.trim();
  return status !== 200 || type === MEDIA_TYPE.ociIndex;
}

/** The `Link: <…>; rel="next"` of RFC 8288, which may not lead to another host. */
function nextPage({ headers, url }: Answer, first: URL): URL | undefined {
  const link = headers.get("link") ?? "";
  const target = /^\s*<([^<>]*)>\s*;\s*rel="?next"?/.exec(link)?.[1];
  if (target === undefined) return undefined;
  const next = URL.canParse(target, url) ? new URL(target, url) : undefined;
  if (next?.origin === first.origin) return next;
  throw new RegistryError("MALFORMED_RESPONSE", `${first.host} continues its list of referrers elsewhere`);
}

function tooMany({ host }: URL, limit: string): RegistryError {
  return new RegistryError(
    "TOO_MANY_REFERRERS",
    `${host} lists more than ${limit} of referrers for one image`,
    {
      remedy: "remove signatures and attestations that are no longer needed",
    },
  );
}
