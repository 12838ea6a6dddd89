import manifest from "./package.json" with { type: "json" };

/** The product's version, as traces tell it. */
export const version = manifest.version;
