/** Named limits of the YAML parser; each stands before the work that it bounds. */

const MiB = 1024 * 1024;

/** The largest bundle of CRDs in common use is about 4 MiB. */
export const MAX_FILE_BYTES = 8 * MiB;

/** Documents of one file, empty ones included. */
export const MAX_DOCUMENTS = 10_000;

/** Lexical tokens of one file, about eight a line: bounds the time. */
export const MAX_FILE_TOKENS = 3_000_000;

/** Lexical tokens of one document: bounds the memory. What etcd can hold in one object (1.5 MiB) has fewer. */
export const MAX_DOCUMENT_TOKENS = 500_000;

/** Collections within each other, counted through aliases. The schemas in CRDs reach about 40. */
export const MAX_DEPTH = 100;

/** Uses of an alias in all files of one render. */
export const MAX_ALIASES = 10_000;

/** Values in all files of one render, after aliases are expanded. */
export const MAX_NODES = 2_000_000;

/** Characters of keys and scalars in all files of one render, after aliases are expanded. */
export const MAX_CHARACTERS = 64 * MiB;

/** How many problems of one file are told at once. */
export const MAX_PROBLEMS = 10;
