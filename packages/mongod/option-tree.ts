import type { Document } from "bson";

/** Where a flag stands in mongod's configuration file, which the log and `getCmdLineOpts` show. */
const places: Readonly<Record<string, string>> = {
  allowConnectionsWithoutCertificates: "net.tls.allowConnectionsWithoutCertificates",
  bind_ip: "net.bindIp",
  bind_ip_all: "net.bindIpAll",
  dbpath: "storage.dbPath",
  ipv6: "net.ipv6",
  journal: "storage.journal.enabled",
  logappend: "systemLog.logAppend",
  logRotate: "systemLog.logRotate",
  maxConns: "net.maxIncomingConnections",
  port: "net.port",
  quiet: "systemLog.quiet",
  slowms: "operationProfiling.slowOpThresholdMs",
  storageEngine: "storage.engine",
  tlsAllowConnectionsWithoutCertificates: "net.tls.allowConnectionsWithoutCertificates",
  tlsAllowInvalidCertificates: "net.tls.allowInvalidCertificates",
  tlsCAFile: "net.tls.CAFile",
  tlsCertificateKeyFile: "net.tls.certificateKeyFile",
  tlsMode: "net.tls.mode",
};

const secretFlag = "tlsCertificateKeyFilePassword";
const censored = "<password>";

/** The flags as the tree that a configuration file would be. Passwords are blotted out. */
export function optionTree(values: Readonly<Record<string, unknown>>): Document {
  const tree: Document = {};
  for (const [flag, value] of Object.entries(values)) {
    if (flag === "auth") put(tree, "security.authorization", value ? "enabled" : "disabled");
    else if (flag === "noauth") put(tree, "security.authorization", "disabled");
    else if (flag === "setParameter") put(tree, flag, parametersOf(value));
    else if (flag === secretFlag) put(tree, "net.tls.certificateKeyFilePassword", censored);
    else if (flag === "logpath") {
      put(tree, "systemLog.destination", "file");
      put(tree, "systemLog.path", value);
    } else put(tree, places[flag] ?? flag, numberIfOne(value));
  }
  return tree;
}

/** The command line with passwords blotted out. */
export function censoredArguments(argv: readonly string[]): string[] {
  return argv.map((argument, index) => {
    if (argument.startsWith(`--${secretFlag}=`)) return `--${secretFlag}=${censored}`;
    return argv[index - 1] === `--${secretFlag}` ? censored : argument;
  });
}

function put(tree: Document, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop() ?? path;
  let branch = tree;
  for (const name of names) {
    branch[name] ??= {};
    branch = branch[name];
  }
  branch[last] = value;
}

function parametersOf(settings: unknown): Document {
  if (!Array.isArray(settings)) return {};
  const pairs = settings.map((setting) => String(setting).split("=", 2));
  return Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, value]));
}

function numberIfOne(value: unknown): unknown {
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
}
