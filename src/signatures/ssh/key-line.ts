import { type Judged, refused } from "../../refusal.ts";
import { decodeBase64Lines } from "../armor.ts";
import { parseSshPublicKey, type SshKeyCode, type SshPublicKey } from "./public-key.ts";

/** No other white space: for ssh-keygen, a no-break space is no space. */
const SURROUNDING_SPACE = /^[ \t\r\n]+|[ \t\r\n]+$/g;

/** Parses a key as in a `.pub` file: type, base64, and a comment that means nothing. */
export function parseSshKeyLine(line: string): Judged<SshPublicKey, SshKeyCode> {
  const [type = "", base64 = ""] = line.replace(SURROUNDING_SPACE, "").split(/[ \t]+/, 2);
  const blob = decodeBase64Lines([base64]);
  if (blob === undefined) return malformed("expected a key type, a space, and the key in base64");
  const key = parseSshPublicKey(blob);
  if (key.ok && key.value.type !== type)
    return malformed(`a line that says ${type} holds a ${key.value.type} key`);
  return key;
}

function malformed(message: string): Judged<never, SshKeyCode> {
  return refused({
    code: "MALFORMED_KEY",
    subject: "SSH public key",
    message,
    remedy: "copy the whole line of the .pub file",
  });
}
