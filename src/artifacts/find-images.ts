import {
  describeObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
} from "../render/index.ts";
import { findNotices, type ImageNotice } from "./image-fields.ts";
import { type JsonPath, objectsIn, toPointer } from "./json-path.ts";
import type { ImageRefusal } from "./verdict.ts";

/** One place in one object that says which image to run. */
export interface ImageUse {
  readonly image: string;
  /** The object's index in what was searched, and its description for messages. */
  readonly index: number;
  readonly object: string;
  readonly path: JsonPath;
}

export interface FoundImages {
  readonly uses: readonly ImageUse[];
  /** Places that look like an image and that nobody here knows how to read. */
  readonly notices: readonly ImageNotice[];
  readonly refusals: readonly ImageRefusal[];
}

const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"];

/** Kinds whose containers the API server wants an image in, whatever version or group they come in. */
const WORKLOADS: ReadonlySet<string> = new Set([
  "CronJob",
  "DaemonSet",
  "Deployment",
  "Job",
  "Pod",
  "PodTemplate",
  "ReplicaSet",
  "ReplicationController",
  "StatefulSet",
]);

/**
 * Every image in the objects. Not by kind but by shape: whatever has a list of containers, or volumes with
 * an image, is taken for a pod template, in whatever resource and at whatever depth it stands.
 */
export function findImages(objects: readonly KubernetesObject[]): FoundImages {
  const all = objects.map(findInObject);
  return {
    uses: all.flatMap(({ uses }) => uses),
    notices: all.flatMap(({ notices }) => notices),
    refusals: all.flatMap(({ refusals }) => refusals),
  };
}

function findInObject(object: KubernetesObject, index: number): FoundImages {
  const description = describeObject(object);
  const uses: ImageUse[] = [];
  const refusals: ImageRefusal[] = [];
  const understood = new Set<string>();
  for (const { value, path } of objectsIn(object)) {
    for (const { field, image } of imageFields(value, path)) {
      if (typeof image === "string") {
        uses.push({ image, index, object: description, path: field });
        understood.add(toPointer(field));
      } else if (WORKLOADS.has(object.kind)) {
        refusals.push(missing(description, field, image));
      }
    }
  }
  return { uses, notices: findNotices(object, description, understood), refusals };
}

/** Where the images of this object should be, if it is a pod spec, and what is found there. */
function imageFields(
  podSpec: JsonObject,
  path: JsonPath,
): { field: JsonPath; image: JsonValue | undefined }[] {
  const containers = CONTAINER_LISTS.flatMap((list) =>
    itemsOf(podSpec[list]).map((item, index) => ({
      field: [...path, list, String(index), "image"],
      image: isJsonObject(item) ? item.image : undefined,
    })),
  );
  const volumes = itemsOf(podSpec.volumes).flatMap((item, index) => {
    const image = isJsonObject(item) ? item.image : undefined;
    if (image === undefined) return [];
    const field = [...path, "volumes", String(index), "image", "reference"];
    return [{ field, image: isJsonObject(image) ? image.reference : undefined }];
  });
  return [...containers, ...volumes];
}

function itemsOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function missing(object: string, field: JsonPath, found: JsonValue | undefined): ImageRefusal {
  return {
    code: "IMAGE_MISSING",
    subject: object,
    message: `${toPointer(field)}: found ${found === undefined ? "nothing" : JSON.stringify(found).slice(0, 100)}, expected an image`,
    remedy: "name the image as text",
  };
}
