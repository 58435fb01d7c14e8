import { contextTag, type DerElement, readAll, readList } from "../../../src/signatures/x509/der.ts";
import { armor, container } from "../x509/builder/cms.ts";
import { explicit, sequence } from "../x509/builder/der.ts";

/** A CMS signature with one signer, in DER: the parts of which something is changed. */
export interface SignatureParts {
  readonly certificates: Buffer;
  /** Of the signer, up to the unsigned attributes. */
  readonly signed: readonly Buffer[];
  readonly unsigned: Buffer;
}

/** Takes apart what gitsign made; nothing is verified. */
export function takeApart(armored: string): SignatureParts {
  const der = Buffer.from(armored.replaceAll(/-----.*-----|\s/g, ""), "base64");
  const [, content] = elementsIn(elementsIn({ content: der })[0]);
  const [, , , certificates, signers] = elementsIn(elementsIn(content)[0]);
  const elements = elementsIn(elementsIn(signers)[0]);
  const [unsigned] = elements.filter(({ tag }) => tag === UNSIGNED_ATTRIBUTES);
  return {
    certificates: certificates?.content ?? Buffer.alloc(0),
    signed: elements.filter((each) => each !== unsigned).map(({ raw }) => raw),
    unsigned: unsigned?.content ?? Buffer.alloc(0),
  };
}

/** The armored signature of these parts. */
export function putTogether({ certificates, signed, unsigned }: SignatureParts): string {
  const attributes = unsigned.length === 0 ? [] : [explicit(1, unsigned)];
  return armor(container({ certificates: [certificates], signers: [sequence(...signed, ...attributes)] }));
}

const UNSIGNED_ATTRIBUTES = contextTag(1, "constructed");

/** More than any part of it has. */
const MAX_ELEMENTS = 16;

function elementsIn(outer: Pick<DerElement, "content"> | undefined): DerElement[] {
  if (outer === undefined) throw new TypeError("not a signature as gitsign makes it");
  return readAll(outer.content, (reader) => readList(reader, MAX_ELEMENTS, (inner) => inner.any()));
}
