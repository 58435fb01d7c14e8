import manifest from "../package.json" with { type: "json" };

/** Of Sluice, as in package.json. */
export const VERSION: string = manifest.version;
