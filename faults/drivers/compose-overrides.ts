import type { Overrides } from "../driver.ts";
import type { Topology } from "../topology.ts";
import type { Container } from "./containers.ts";

/** What is kept in the file that changes a container: a compose file in JSON, which is YAML too. */
export interface OverrideFile {
  /** The command before anything was changed. */
  readonly "x-planned-command": readonly string[];
  readonly services: Readonly<Record<string, object>>;
}

export interface OverrideSettings {
  readonly topology: Topology;
  readonly plannedCommand: readonly string[];
  /** What the service is told whose program it runs; a program knows its own stores and callees. */
  readonly addresses?: Readonly<Record<string, string>> | undefined;
  /** A folder of the host that the container sees as `/files`, if there is one. */
  readonly filesFolder?: string | undefined;
}

/** The compose file that makes a server differ as told. */
export function overrideFile(
  { service, kind }: Container,
  overrides: Overrides,
  { topology, plannedCommand, addresses = {}, filesFolder }: OverrideSettings,
): OverrideFile {
  const { program, env = {}, args = [], port } = overrides;
  const portArgs = port === undefined ? [] : portArguments(kind, port);
  const portEnv = port === undefined || portArgs.length > 0 ? {} : { PORT: `${port}` };
  // A variable cannot be taken away by a second file; an empty one counts as not set.
  const environment = Object.fromEntries(
    Object.entries({ ...addresses, ...env, ...portEnv }).map(([name, value]) => [
      name,
      value ?? "",
    ]),
  );
  const command = program === undefined ? plannedCommand : [programOf(program, topology)];
  return {
    "x-planned-command": plannedCommand,
    services: {
      [service]: {
        command: [...command, ...portArgs, ...args],
        ...(Object.keys(environment).length > 0 ? { environment } : {}),
        ...(filesFolder ? { volumes: [`${filesFolder}:/files:ro`] } : {}),
      },
    },
  };
}

function portArguments(kind: Container["kind"], port: number): readonly string[] {
  if (kind === "mongod" || kind === "redis") return ["--port", `${port}`];
  if (kind === "memcached") return ["-p", `${port}`];
  return [];
}

/** As the image's entrypoint wants it: several applications may have a service of that name. */
function programOf(program: string, { name }: Topology): string {
  return `${name}/${program}`;
}
