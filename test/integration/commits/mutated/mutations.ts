// What somebody may do to a signed commit: to its headers, and to the signature in them.

/** A number below the limit. */
export type Draw = (limit: number) => number;

/** Text as latin1, so that every byte is one character. */
export type Mutation = (commit: string, draw: Draw) => string;

const HEADER_END = "\n\n";

/** The header lines with their continuations, and the message. */
function split(commit: string): { headers: string[]; message: string } {
  const end = commit.indexOf(HEADER_END);
  const headers = commit.slice(0, end).split(/\n(?! )/);
  return { headers, message: commit.slice(end + HEADER_END.length) };
}

function join(headers: readonly string[], message: string): string {
  return `${headers.join("\n")}${HEADER_END}${message}`;
}

function onHeaders(change: (headers: string[], draw: Draw) => readonly string[]): Mutation {
  return (commit, draw) => {
    const { headers, message } = split(commit);
    return join(change(headers, draw), message);
  };
}

function insertHeader(...choices: readonly string[]): Mutation {
  return onHeaders((headers, draw) =>
    headers.toSpliced(draw(headers.length + 1), 0, choices[draw(choices.length)] ?? ""),
  );
}

/** Changes the armored text as it stands in the header, without its first line's name. */
function onArmor(change: (lines: string[], draw: Draw) => readonly string[]): Mutation {
  return onHeaders((headers, draw) =>
    headers.map((header) => {
      if (!header.startsWith("gpgsig ")) return header;
      const lines = header.slice("gpgsig ".length).split("\n ");
      return `gpgsig ${change(lines, draw).join("\n ")}`;
    }),
  );
}

/** Changes one character of the base64, or of whatever else is there. */
function onCharacter(change: (character: string, draw: Draw) => string): Mutation {
  return onArmor((lines, draw) => {
    const at = draw(lines.length);
    const line = lines[at] ?? "";
    const column = draw(line.length + 1);
    const changed = line.slice(0, column) + change(line[column] ?? "", draw) + line.slice(column + 1);
    return lines.with(at, changed);
  });
}

const OTHER_TREE = "tree 1111111111111111111111111111111111111111";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "a second tree": insertHeader(OTHER_TREE),
  "a second parent": insertHeader("parent 2222222222222222222222222222222222222222"),
  "a second person": insertHeader(
    "author Mallory <m@evil.example> 1 +0000",
    "committer Mallory <m@evil.example> 1 +0000",
  ),
  "an encoding": insertHeader("encoding ISO-8859-1", "encoding UTF-16", "encoding"),
  "a header of somebody": insertHeader(
    "x-note hello",
    "change-id abc",
    "HG:extra x",
    "mergetag object",
    "note",
  ),
  "a signature that git leaves out": insertHeader(
    "gpgsig-sha256 -----BEGIN SSH SIGNATURE-----\n eA==\n -----END SSH SIGNATURE-----",
    "gpgsig x",
    "gpgsigx y",
  ),
  "a header twice": onHeaders((headers, draw) => {
    const at = draw(headers.length);
    return headers.toSpliced(draw(headers.length + 1), 0, headers[at] ?? "");
  }),
  "a header less": onHeaders((headers, draw) => headers.toSpliced(draw(headers.length), 1)),
  "headers in another order": onHeaders((headers, draw) => {
    const [moved = ""] = headers.splice(draw(headers.length), 1);
    return headers.toSpliced(draw(headers.length + 1), 0, moved);
  }),
  "a header continued": onHeaders((headers, draw) => {
    const at = draw(headers.length);
    return headers.with(at, `${headers[at] ?? ""}\n more`);
  }),
  "another value": (commit, draw) => {
    const changes: readonly (readonly [RegExp, string])[] = [
      [/^tree [0-9a-f]{4}/, "tree beef"],
      [/ [+-]\d{4}\n/, " +2500\n"],
      [/> \d/, "> 9"],
      [/<alice@/, "<mallory@"],
      [/\n\n/, "\n\nmore "],
      [/$/, "\n"],
      [/\n$/, ""],
    ];
    const [pattern, text] = changes[draw(changes.length)] ?? [/$/, ""];
    return commit.replace(pattern, text);
  },
  "other line ends": (commit, draw) => {
    const { headers, message } = split(commit);
    switch (draw(3)) {
      case 0:
        return commit.replaceAll("\n", "\r\n");
      case 1:
        return join(headers, message.replaceAll("\n", "\r\n"));
      default:
        return join(headers, "").replaceAll("\n", "\r\n") + message;
    }
  },
  "a NUL": (commit, draw) => {
    const at = draw(commit.length + 1);
    return `${commit.slice(0, at)}\0${commit.slice(at)}`;
  },
  "bytes that are no text": (commit, draw) => {
    const at = draw(commit.length + 1);
    return `${commit.slice(0, at)}\xff\xfe${commit.slice(at)}`;
  },
  "the end cut off": (commit, draw) => commit.slice(0, draw(commit.length + 1)),
  "a byte changed": (commit, draw) => {
    const at = draw(commit.length);
    const byte = String.fromCharCode(commit.charCodeAt(at) ^ (1 << draw(8)));
    return commit.slice(0, at) + byte + commit.slice(at + 1);
  },
  "the signature twice": onArmor((lines) => [...lines, ...lines]),
  "the signature's header twice": onHeaders((headers) =>
    headers.flatMap((header) => (header.startsWith("gpgsig ") ? [header, header] : [header])),
  ),
  "an armor header": onArmor((lines, draw) => {
    const choices = ["Comment: hello", "Version: 1", "Hash: SHA512", "Comment:", "hello"];
    return lines.toSpliced(1, 0, choices[draw(choices.length)] ?? "");
  }),
  "an armor line less": onArmor((lines, draw) => lines.toSpliced(draw(lines.length), 1)),
  "an armor line twice": onArmor((lines, draw) => {
    const at = draw(lines.length);
    return lines.toSpliced(at, 0, lines[at] ?? "");
  }),
  "armor of another width": onArmor((lines) => {
    const [first = "", ...rest] = lines;
    const last = rest.pop() ?? "";
    return [first, ...(rest.join("").match(/.{1,20}/g) ?? []), last];
  }),
  "space around armor": onArmor((lines, draw) => {
    const at = draw(lines.length);
    const space = [" ", "\t", "\r"][draw(3)] ?? " ";
    return lines.with(at, draw(2) === 0 ? `${lines[at] ?? ""}${space}` : `${space}${lines[at] ?? ""}`);
  }),
  "text around armor": onArmor((lines, draw) => {
    const text = ["", "hello", "-----BEGIN PGP MESSAGE-----"][draw(3)] ?? "";
    return draw(2) === 0 ? [text, ...lines] : [...lines, text];
  }),
  "another kind of armor": onArmor((lines, draw) => {
    const labels = ["SSH SIGNATURE", "PGP SIGNATURE", "PGP MESSAGE", "SIGNED MESSAGE"];
    const label = labels[draw(labels.length)] ?? "";
    const inner = lines.slice(1, -1);
    return [`-----BEGIN ${label}-----`, ...inner, `-----END ${label}-----`];
  }),
  "a character of armor less": onCharacter(() => ""),
  "a character of armor more": onCharacter((character, draw) => character + (ALPHABET[draw(65)] ?? "")),
  "another character of armor": onCharacter((_, draw) => ALPHABET[draw(65)] ?? ""),
};
