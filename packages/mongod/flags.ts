import { parseArgs } from "node:util";
import type { Document } from "bson";
import { optionTree } from "./option-tree.ts";
import { type TlsFlags, tlsModes } from "./tls/settings.ts";

/** What the command line comes to. */
export interface Flags {
  readonly help: boolean;
  readonly version: boolean;
  readonly port: number;
  readonly hosts: readonly string[];
  readonly dbpath: string;
  readonly storageEngine: string;
  readonly auth: boolean;
  readonly tls: TlsFlags;
  readonly logpath?: string;
  readonly logappend: boolean;
  readonly logRotate: "rename" | "reopen";
  readonly quiet: boolean;
  readonly slowms?: number;
  readonly maxConns?: number;
  readonly parameters: Document;
  /** For `getCmdLineOpts`. */
  readonly parsed: Document;
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

const flagTypes = {
  allowConnectionsWithoutCertificates: flag,
  auth: flag,
  bind_ip: text,
  bind_ip_all: flag,
  dbpath: text,
  help: { ...flag, short: "h" },
  ipv6: flag,
  journal: flag,
  logappend: flag,
  logRotate: text,
  logpath: text,
  maxConns: text,
  noauth: flag,
  port: text,
  quiet: flag,
  setParameter: { ...text, multiple: true },
  slowms: text,
  storageEngine: text,
  tlsAllowConnectionsWithoutCertificates: flag,
  tlsAllowInvalidCertificates: flag,
  tlsCAFile: text,
  tlsCertificateKeyFile: text,
  tlsCertificateKeyFilePassword: text,
  tlsMode: text,
  version: flag,
} as const;

export const flagNames: readonly string[] = Object.keys(flagTypes);

export const usage = `usage: mongod [flags]
  --port arg (27017), 0 for any       --bind_ip arg (127.0.0.1), --bind_ip_all
  --dbpath arg (/data/db)             --storageEngine arg (sqlite, inMemory)
  --auth                              --maxConns arg
  --logpath arg, --logappend          --logRotate arg (rename, reopen)
  --quiet                             --slowms arg (100)
  --tlsMode arg (disabled, allowTLS, preferTLS, requireTLS)
  --tlsCertificateKeyFile arg         --tlsCertificateKeyFilePassword arg
  --tlsCAFile arg                     --tlsAllowConnectionsWithoutCertificates
  --setParameter name=value           --version, --help`;

/** Reads mongod's flags. Throws with a sentence for the user. */
export function parseFlags(argv: readonly string[]): Flags {
  const { values } = parseArgs({ args: [...argv], options: flagTypes, strict: true });
  const hosts = values.bind_ip_all ? ["0.0.0.0"] : hostsOf(values.bind_ip);
  const mode = tlsModes.find((known) => known === (values.tlsMode ?? "disabled"));
  if (!mode) throw new Error(`unsupported value for tlsMode ${values.tlsMode}`);
  const { logpath } = values;
  const slowms = numberOf("slowms", values.slowms);
  const maxConns = numberOf("maxConns", values.maxConns);
  return {
    help: values.help ?? false,
    version: values.version ?? false,
    port: numberOf("port", values.port) ?? 27017,
    hosts,
    dbpath: values.dbpath ?? "/data/db",
    storageEngine: values.storageEngine ?? "sqlite",
    auth: values.auth ?? false,
    tls: tlsFlags(mode, values),
    ...(logpath === undefined ? {} : { logpath }),
    logappend: values.logappend ?? false,
    logRotate: logRotateOf(values.logRotate, values.logappend ?? false),
    quiet: values.quiet ?? false,
    ...(slowms === undefined ? {} : { slowms }),
    ...(maxConns === undefined ? {} : { maxConns }),
    parameters: Object.fromEntries((values.setParameter ?? []).map(parameterOf)),
    parsed: optionTree(values),
  };
}

function logRotateOf(value: string | undefined, logappend: boolean): Flags["logRotate"] {
  if (value === undefined || value === "rename") return "rename";
  if (value !== "reopen") throw new Error(`unsupported value for logRotate ${value}`);
  if (!logappend) throw new Error("logRotate reopen requires logappend");
  return "reopen";
}

function hostsOf(list: string | undefined): string[] {
  const hosts = (list ?? "127.0.0.1").split(",").map((host) => host.trim());
  return hosts
    .map((host) => (host === "localhost" ? "127.0.0.1" : host))
    .filter((host) => host !== "");
}

function tlsFlags(mode: TlsFlags["mode"], values: ReturnType<typeof Object>): TlsFlags {
  const { tlsCertificateKeyFile, tlsCertificateKeyFilePassword, tlsCAFile } = values;
  return {
    mode,
    ...(tlsCertificateKeyFile ? { certificateKeyFile: tlsCertificateKeyFile } : {}),
    ...(tlsCertificateKeyFilePassword
      ? { certificateKeyFilePassword: tlsCertificateKeyFilePassword }
      : {}),
    ...(tlsCAFile ? { caFile: tlsCAFile } : {}),
    allowConnectionsWithoutCertificates:
      values.tlsAllowConnectionsWithoutCertificates ??
      values.allowConnectionsWithoutCertificates ??
      false,
    allowInvalidCertificates: values.tlsAllowInvalidCertificates ?? false,
  };
}

function numberOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value) && !(name === "port" && Number(value) > 65_535)) return Number(value);
  throw new Error(`the argument ('${value}') for option '--${name}' is invalid`);
}

function parameterOf(setting: string): [string, unknown] {
  const at = setting.indexOf("=");
  if (at < 1) throw new Error(`Illegal --setParameter parameter: '${setting}'`);
  return [setting.slice(0, at), setting.slice(at + 1)];
}
