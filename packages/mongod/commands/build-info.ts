import { limits, version } from "../limits.ts";
import { type Command, noPrivileges } from "./command.ts";

export const buildInfo: Command = {
  help: "The release whose behaviour this server follows",
  privileges: noPrivileges,
  beforeLogin: true,
  run: () => ({
    version: version.text,
    gitVersion: "embedded",
    modules: [],
    allocator: "system",
    javascriptEngine: "none",
    sysInfo: "deprecated",
    versionArray: [...version.array],
    openssl: { running: `OpenSSL ${process.versions.openssl}` },
    buildEnvironment: { target_arch: process.arch, target_os: process.platform },
    bits: 64,
    debug: false,
    maxBsonObjectSize: limits.maxBsonObjectSize,
    storageEngines: ["inMemory", "sqlite"],
    ok: 1,
  }),
};
