import { AuditError } from "../error.ts";
import type { Signer } from "../signer.ts";
import { MAX_ENTRY_BYTES } from "../tlog/bundle.ts";
import {
  type DecisionReason,
  type DecisionStatementInput,
  type Listed,
  toDecisionStatement,
} from "./decision.ts";
import { formatEnvelope, signEnvelope } from "./dsse.ts";
import { type OutcomeStatementInput, toOutcomeStatement } from "./outcome.ts";
import { PAYLOAD_TYPE } from "./statement.ts";

/** Who writes entries: the name of the log and the key that signs for it. */
export interface LogIdentity {
  readonly origin: string;
  readonly signer: Signer;
}

/** Longer texts are cut in the entry; the evidence has them whole. */
const MAX_TEXT_LENGTH = 1_000;
const MAX_LISTED_SIGNERS = 64;

/** What base64 leaves room for beside the rest of an envelope. */
const MAX_PAYLOAD_BYTES = (() => {
  const empty = {
    payload: new Uint8Array(),
    keyId: `SHA256:${"0".repeat(43)}`,
    signature: new Uint8Array(64),
  };
  const overhead = formatEnvelope({ payloadType: PAYLOAD_TYPE, ...empty }).length;
  return Math.floor((MAX_ENTRY_BYTES - overhead) / 4) * 3;
})();

/** A decision as a signed log entry, with as many of its reasons as fit. Throws ENTRY_TOO_LARGE. */
export async function sealDecision(input: DecisionStatementInput, log: LogIdentity): Promise<Uint8Array> {
  const signers = input.signers.slice(0, MAX_LISTED_SIGNERS);
  const build = (listed: Listed): string => JSON.stringify(toDecisionStatement(input, log.origin, listed));
  const reasons = input.verdict === "admit" ? [] : input.reasons.map(clipped);
  const room = MAX_PAYLOAD_BYTES - Buffer.byteLength(build({ reasons: [], signers }));
  return seal(build({ reasons: fitting(reasons, room), signers }), log);
}

/** An outcome as a signed log entry. Throws ENTRY_TOO_LARGE. */
export async function sealOutcome(input: OutcomeStatementInput, log: LogIdentity): Promise<Uint8Array> {
  return seal(
    JSON.stringify(toOutcomeStatement({ ...input, message: clip(input.message) }, log.origin)),
    log,
  );
}

async function seal(statement: string, { signer }: LogIdentity): Promise<Uint8Array> {
  const payload = Buffer.from(statement);
  if (payload.length > MAX_PAYLOAD_BYTES) {
    throw new AuditError(
      "ENTRY_TOO_LARGE",
      `a statement of ${payload.length} bytes does not fit a log entry (${MAX_PAYLOAD_BYTES} bytes)`,
      { remedy: "shorten the names of policies and trust, or use fewer policies for one gate" },
    );
  }
  return Buffer.from(formatEnvelope(await signEnvelope(PAYLOAD_TYPE, payload, signer)));
}

/** As many as there is room for; what is left out is counted in the statement. */
function fitting(reasons: readonly DecisionReason[], room: number): readonly DecisionReason[] {
  let left = room;
  const beyond = reasons.findIndex((reason) => {
    left -= Buffer.byteLength(`${JSON.stringify(reason)},`);
    return left < 0;
  });
  return beyond < 0 ? reasons : reasons.slice(0, beyond);
}

function clipped({ stage, code, subject, message, remedy }: DecisionReason): DecisionReason {
  return { stage, code, subject: clip(subject), message: clip(message), remedy: clip(remedy) };
}

function clip(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH - 1).toWellFormed()}…`;
}
