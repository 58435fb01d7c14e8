import type { Digest } from "../digest.ts";
import { sha256 } from "../digest.ts";
import { MEDIA_TYPE } from "../oci/index.ts";
import { type PushTarget, pushBlob, pushManifest } from "./registry-push.ts";

const CONFIG_MEDIA_TYPE = "application/vnd.oci.image.config.v1+json";
const LAYER_MEDIA_TYPE = "application/vnd.oci.image.layer.v1.tar";
const TAR_BLOCK = 512;

/** Pushes a real, if tiny, image: one layer with one text file. The same content gives the same digest. */
export async function pushImage(target: PushTarget, tag: string, content: string): Promise<Digest> {
  const layer = tarOf("etc/motd", Buffer.from(content, "utf8"));
  const config = {
    architecture: "amd64",
    os: "linux",
    config: { Cmd: ["/bin/true"] },
    rootfs: { type: "layers", diff_ids: [sha256(layer)] },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: await pushBlob(target, CONFIG_MEDIA_TYPE, Buffer.from(JSON.stringify(config))),
    layers: [await pushBlob(target, LAYER_MEDIA_TYPE, layer)],
  };
  return (await pushManifest(target, manifest, tag)).digest;
}

/** A tar archive (POSIX ustar) with one file of root's, dated at the epoch. */
function tarOf(name: string, content: Uint8Array): Uint8Array {
  const header = Buffer.alloc(TAR_BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 7) + octal(0, 7) + octal(0, 7), 100);
  header.write(octal(content.length, 11) + octal(0, 11), 124);
  // The checksum is taken with its own field full of spaces.
  header.write("        0", 148);
  header.write("ustar\x0000", 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc((TAR_BLOCK - (content.length % TAR_BLOCK)) % TAR_BLOCK);
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * TAR_BLOCK)]);
}
