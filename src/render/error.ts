import { Fault } from "../fault.ts";

export type RenderErrorCode = "FOLDER_NOT_FOUND" | "FOLDER_UNREADABLE";

/** A folder of this machine could not be read; says nothing about what is in it. */
export class RenderError extends Fault<RenderErrorCode> {
  override readonly name = "RenderError";
}
