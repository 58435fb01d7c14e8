import { type DerReader, MalformedDer, readAll, readList, TAG } from "./der.ts";
import { readOid, textOf } from "./der-values.ts";

/** A distinguished name (RFC 5280 section 4.1.2.4). */
export interface Name {
  /** For comparing: two names are the same when their bytes are. */
  readonly raw: Buffer;
  /** For showing, in RFC 4514's manner but in the certificate's order: `CN=Alice, O=Bank`. */
  readonly text: string;
  /** The values of `emailAddress`, which certificates carried before they had alternative names. */
  readonly emails: readonly string[];
}

const EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

const SHORT: ReadonlyMap<string, string> = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.5", "SERIALNUMBER"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  [EMAIL_ADDRESS, "emailAddress"],
]);

/** More than any real name has. */
const MAX_ATTRIBUTES = 32;

interface Attribute {
  readonly oid: string;
  readonly value: string;
}

export function readName(reader: DerReader): Name {
  const { raw, content } = reader.element(TAG.sequence);
  const attributes = readAll(content, (inner) =>
    readList(inner, MAX_ATTRIBUTES, (each) => each.listOf(TAG.set, MAX_ATTRIBUTES, readAttribute)),
  ).flat();
  const emails = attributes.filter(({ oid }) => oid === EMAIL_ADDRESS).map(({ value }) => value);
  return { raw, text: attributes.map(show).join(", "), emails: emails.filter(isAddress) };
}

function readAttribute(reader: DerReader): Attribute {
  return reader.within(TAG.sequence, (inner) => {
    const oid = readOid(inner);
    const element = inner.any();
    return { oid, value: textOf(element) ?? `#${element.raw.toString("hex")}` };
  });
}

/** What separates, and what a terminal would obey, is escaped, so that no value passes for several. */
function show({ oid, value }: Attribute): string {
  const escaped = value.replaceAll(/[\\,+="<>;\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (found) =>
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(found) ? `\\u{${found.codePointAt(0)?.toString(16)}}` : `\\${found}`,
  );
  return `${SHORT.get(oid) ?? oid}=${escaped}`;
}

const ADDRESS = /^[!-~]{1,320}$/;

/** Printable ASCII without spaces, with an `@` inside: what can be compared to the byte with an address in a policy. */
export function isAddress(text: string): boolean {
  return ADDRESS.test(text) && text.indexOf("@") > 0;
}

/** An IA5String of a GeneralName. */
export function printable(content: Buffer, what: string): string {
  const text = content.toString("latin1");
  if (!/^[!-~]{1,2048}$/.test(text)) throw new MalformedDer(`${what} that is not printable ASCII`);
  return text;
}
