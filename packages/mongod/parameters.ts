import type { Document } from "bson";
import { toNumber, typeName } from "./arguments.ts";
import { MongoError } from "./errors.ts";
import type { Instance } from "./instance.ts";
import { version } from "./limits.ts";
import { tlsModes } from "./tls/settings.ts";

/** The parameters that this server has, by MongoDB's names. */
export function allParameters(instance: Instance): Document {
  return {
    authenticationMechanisms: ["SCRAM-SHA-1", "SCRAM-SHA-256", "MONGODB-X509"],
    cursorTimeoutMillis: instance.cursors.timeoutMs,
    enableTestCommands: false,
    featureCompatibilityVersion: { version: version.text.split(".").slice(0, 2).join(".") },
    quiet: instance.log.quiet,
    slowOpThresholdMs: instance.slowMs,
    tlsMode: instance.gate.mode,
    ...Object.fromEntries(instance.parameters),
  };
}

interface Setting {
  readonly name: string;
  readonly value: unknown;
}

const changeable = new Set([
  "cursorTimeoutMillis",
  "slowOpThresholdMs",
  "tlsMode",
  "logLevel",
  "quiet",
]);

/** Takes over what the command line has set; values may be texts. */
export function startWithParameters(instance: Instance, parameters: Document): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (!changeable.has(name)) instance.parameters.set(name, value);
    else setParameterTo(instance, { name, value: name === "tlsMode" ? value : parsed(value) });
  }
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return value === "true" ? 1 : value === "false" ? 0 : Number(value);
}

/** Throws InvalidOptions for a parameter that is not known, or cannot be changed. */
export function setParameterTo(instance: Instance, { name, value }: Setting): void {
  switch (name) {
    case "cursorTimeoutMillis":
      instance.cursors.setTimeoutMs(positive({ name, value }));
      return;
    case "slowOpThresholdMs":
      instance.slowMs = positive({ name, value });
      return;
    case "tlsMode": {
      const mode = tlsModes.find((known) => known === value);
      if (!mode) throw new MongoError("BadValue", `Invalid TLS mode: ${value}`);
      instance.gate.setMode(mode);
      return;
    }
    case "quiet":
      instance.log.quiet =
        positive({ name, value: typeof value === "boolean" ? Number(value) : value }) !== 0;
      return;
    case "logLevel":
      instance.parameters.set(name, value);
      return;
    default:
      throw new MongoError(
        "InvalidOptions",
        `attempted to set unrecognized parameter [${name}], use help:true to see options `,
      );
  }
}

function positive({ name, value }: Setting): number {
  const number = toNumber(value);
  if (number !== undefined && number >= 0) return number;
  throw new MongoError("BadValue", `Invalid value for parameter ${name}: ${typeName(value)}`);
}
