const MAX_CHARACTERS = 300;

/** Enough of a name that somebody else chose to find it again; what is kept, logged and shown stays bounded. */
export function clip(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS - 1).toWellFormed()}…` : text;
}
