import { type Judged, passed, refused } from "../../refusal.ts";
import { decodeBase64Lines } from "../armor.ts";
import { type Certificate, parseCertificate } from "./certificate.ts";
import { MalformedDer } from "./der.ts";
import { parseRevocationList, type RevocationList } from "./revocation-list.ts";

/** What X.509 signatures are checked against. */
export interface X509Trust {
  /** Where trust ends, and nowhere else. */
  readonly roots: readonly Certificate[];
  /** For signatures that do not bring them; they add no trust. */
  readonly intermediates: readonly Certificate[];
  readonly revocationLists: readonly RevocationList[];
}

/** One of several that are trusted, each for its own people: which of them vouches is part of the verdict. */
export interface X509Authority extends X509Trust {
  readonly name: string;
}

/** More than a distribution's whole set of roots. */
const MAX_AUTHORITY_CHARACTERS = 1024 * 1024;
const MAX_LIST_CHARACTERS = 32 * 1024 * 1024;

type Code = "INVALID_X509_MATERIAL";

/** Reads roots or intermediates: PEM, any number of certificates, each of an authority. */
export function parseX509Authorities(pem: string): Judged<readonly Certificate[], Code> {
  const certificates = parseBlocks(pem, "CERTIFICATE", MAX_AUTHORITY_CHARACTERS, parseCertificate);
  if (typeof certificates === "string") return invalid(certificates);
  const other = certificates.find(({ extensions }) => extensions.authority === undefined);
  if (other !== undefined) return invalid(`the certificate of ${other.subject.text} is not an authority's`);
  return passed(certificates);
}

/** Reads revocation lists: PEM, any number. */
export function parseX509RevocationLists(pem: string): Judged<readonly RevocationList[], Code> {
  const lists = parseBlocks(pem, "X509 CRL", MAX_LIST_CHARACTERS, parseRevocationList);
  return typeof lists === "string" ? invalid(lists) : passed(lists);
}

const BOUNDARY = /^-----(BEGIN|END) ([A-Z0-9 ]+)-----$/;

/** Every block with this label; text around blocks is left to people, as openssl writes it. Or what is wrong. */
function parseBlocks<T>(
  pem: string,
  label: string,
  limit: number,
  parse: (bytes: Uint8Array) => T,
): readonly T[] | string {
  if (pem.length > limit) return `more than ${limit} characters`;
  const values: T[] = [];
  let body: string[] | undefined;
  for (const line of pem.split(/\r?\n/)) {
    const [, edge, found] = BOUNDARY.exec(line) ?? [];
    if (edge === undefined) {
      body?.push(line);
      continue;
    }
    if (found !== label) return `a block ${found}, expected ${label}`;
    if ((edge === "BEGIN") === (body !== undefined)) return `a block ${label} that does not begin or end`;
    if (body !== undefined) {
      const value = parseBlock(body, parse);
      if (typeof value === "string") return value;
      values.push(value.parsed);
    }
    body = edge === "BEGIN" ? [] : undefined;
  }
  if (body !== undefined) return `a block ${label} that does not end`;
  return values.length === 0 ? `no block ${label}` : values;
}

function parseBlock<T>(lines: readonly string[], parse: (bytes: Uint8Array) => T): { parsed: T } | string {
  const bytes = decodeBase64Lines(lines);
  if (bytes === undefined) return "a block that is not base64";
  try {
    return { parsed: parse(bytes) };
  } catch (error) {
    if (!(error instanceof MalformedDer)) throw error;
    return error.message;
  }
}

function invalid(message: string): ReturnType<typeof refused<Code>> {
  return refused({
    code: "INVALID_X509_MATERIAL",
    subject: "X.509 certificates",
    message,
    remedy: "give certificates of authorities (`openssl x509 -in ca.pem`), or their revocation lists, in PEM",
  });
}
