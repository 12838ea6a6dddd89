import manifest from "../../package.json" with { type: "json" };

/** The version of this repository. */
export const version: string = manifest.version;
