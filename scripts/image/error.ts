import { Fault } from "../../src/fault.ts";

export type ImageErrorCode =
  /** The machine that builds cannot: another system, or a program or package that is missing. */
  | "UNSUPPORTED"
  /** A file of a package is not what the package brought. */
  | "MODIFIED"
  /** A program that the build starts ended with an error. */
  | "PROGRAM_FAILED"
  /** Something that goes into the image has not the form that it must have. */
  | "MALFORMED"
  /** Where the image should be written is something else. */
  | "OCCUPIED";

export class ImageError extends Fault<ImageErrorCode> {
  override readonly name = "ImageError";
}
