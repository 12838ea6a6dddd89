import { type Environment, integer, oneOf, read, text } from "./setting.ts";

/** Where feature flags come from; the names are those that flagd's own clients read. */
export const flagSettings = {
  flagFile: text("FLAGD_OFFLINE_FLAG_SOURCE_PATH", {
    says: "a file of feature flags in flagd's format, watched for changes",
    example: "/etc/flags/flags.json",
    fallback: undefined,
  }),
  flagResolver: oneOf("FLAGD_RESOLVER", ["file", "in-process"], {
    says: "`in-process`: feature flags come from a flagd server's sync port, unless there is a file",
    example: "in-process",
    fallback: undefined,
  }),
  flagdHost: text("FLAGD_HOST", {
    says: "the flagd server",
    example: "flagd",
    fallback: "localhost",
  }),
  flagdPort: integer("FLAGD_PORT", {
    says: "its sync port",
    example: "8015",
    fallback: 8015,
    min: 1,
    max: 65_535,
  }),
  reveal: oneOf("FAULT_REVEAL", ["0", "1"], {
    says: "`1`: spans and log lines say which of them are intended failures, for teaching",
    example: "1",
    fallback: "0",
  }),
};

/** What a process is told of feature flags by its environment. */
export interface FlagConfig {
  readonly file: string | undefined;
  /** `host:port` of a flagd server's sync service. */
  readonly server: string | undefined;
  /** `FAULT_GEO_FLAKY` and the like, with the variants that they ask for. */
  readonly variables: ReadonlyMap<string, string>;
  readonly reveal: boolean;
}

/** Reads them. Throws a `SettingError` for a malformed value. */
export function readFlagConfig(environment: Environment): FlagConfig {
  const { flagFile, flagResolver, flagdHost, flagdPort, reveal } = read(flagSettings, environment);
  const variables = Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith("FAULT_") && name !== "FAULT_REVEAL" && value ? [[name, value] as const] : [],
  );
  return {
    file: flagFile,
    server:
      flagFile === undefined && flagResolver === "in-process"
        ? `${flagdHost}:${flagdPort}`
        : undefined,
    variables: new Map(variables),
    reveal: reveal === "1",
  };
}
