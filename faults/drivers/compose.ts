import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { type Driver, DriverError, type Overrides } from "../driver.ts";
import { runAdminCommand } from "./admin-command.ts";
import { type OverrideFile, overrideFile } from "./compose-overrides.ts";
import { ContainerWays, type ContainerWaysSettings } from "./container-ways.ts";
import { type Container, changedPrefix, containersOf } from "./containers.ts";
import { runCommand } from "./run-command.ts";
import { removeServerFile, serverFile } from "./server-files.ts";

export interface ComposeDriverSettings extends ContainerWaysSettings {
  /** The compose project; its name is that of the directory unless somebody gave another one. */
  readonly project: string;
  /** The compose files, relative to the directory, where the containers do not tell. */
  readonly files: readonly string[];
  /** Where the files are kept that change servers. */
  readonly dataDirectory: string;
}

const graceSeconds = "8";
const lookDeadlineMs = 30_000;

/** Acts on the containers of a compose project, through `docker` and whichever Compose there is. */
export function createComposeDriver(settings: ComposeDriverSettings): Driver {
  const project = new ComposeProject(settings);
  const ways = new ContainerWays(settings);
  return {
    way: "compose",
    project: settings.project,
    servers: (signal) => project.containers(signal),
    async stop(server, signal) {
      const { id, state } = await project.find(server, signal);
      if (state === "paused") await project.docker(["unpause", id], signal);
      if (state !== "stopped") await project.docker(["stop", "-t", graceSeconds, id], signal);
    },
    async start(server, signal, overrides) {
      const container = await project.find(server, signal);
      if (container.state !== "stopped") return;
      if (overrides || container.changed) await project.recreate(container, overrides, signal);
      else await project.docker(["start", container.id], signal);
    },
    async restart(server, signal, overrides) {
      const container = await project.find(server, signal);
      if (container.state === "paused") await project.docker(["unpause", container.id], signal);
      if (overrides || container.changed) await project.recreate(container, overrides, signal);
      else await project.docker(["restart", "-t", graceSeconds, container.id], signal);
    },
    async kill(server, signalName, signal) {
      const { pid } = await project.find(server, signal);
      if (pid === 0) throw new DriverError(`${server} does not run`);
      killFromOutside(server, pid, signalName);
    },
    async pause(server, signal) {
      const { id, state } = await project.find(server, signal);
      if (state !== "paused") await project.docker(["pause", id], signal);
    },
    async resume(server, signal) {
      const { id, state } = await project.find(server, signal);
      if (state === "paused") await project.docker(["unpause", id], signal);
    },
    async admin(command, signal) {
      const { address } = await project.find(command.server, signal);
      if (!address) throw new DriverError(`${command.server} has no address`);
      return runAdminCommand(command, address, signal);
    },
    putFile: async (server, name, content) => project.putFile(server, name, content),
    async removeFile(server, name) {
      removeServerFile(project.fileOf(server, name));
    },
    async disturb(edge, disturbance, signal) {
      await ways.disturb(await project.containers(signal), edge, disturbance, signal);
    },
    async leave(edge, signal) {
      await ways.leave(await project.containers(signal), edge, signal);
    },
    async log(server, linesMax, signal) {
      const { id } = await project.find(server, signal);
      const printed = await project.logs(id, linesMax, signal);
      return printed.split("\n").filter((line) => line !== "");
    },
    typed: {
      server: (verb, names) => project.typedServer(verb, names),
      mongosh: (name) => project.typedCompose(["exec", "-T", name, "mongosh"], name),
    },
  };
}

/**
 * `docker kill` counts as if somebody had wanted it to stop, and it would stay away. So its first process is killed,
 * from the host, as the kernel would do it.
 */
function killFromOutside(server: string, pid: number, signalName: "SIGKILL" | "SIGTERM"): void {
  try {
    process.kill(pid, signalName);
  } catch (cause) {
    throw new DriverError(`${server} can only be killed as root, on the machine of the engine`, {
      cause,
    });
  }
}

class ComposeProject {
  readonly #settings: ComposeDriverSettings;
  #command: readonly string[] | undefined;

  constructor(settings: ComposeDriverSettings) {
    this.#settings = { ...settings, dataDirectory: resolve(settings.dataDirectory) };
  }

  docker(words: readonly string[], signal: AbortSignal): Promise<string> {
    return runCommand(["docker", ...words], this.#settings, signal);
  }

  /** What it has written to either of its outputs. */
  logs(id: string, linesMax: number, signal: AbortSignal): Promise<string> {
    const words = ["/bin/sh", "-c", 'exec docker logs --tail "$1" "$2" 2>&1', "sh"];
    return runCommand([...words, `${linesMax}`, id], this.#settings, signal);
  }

  async containers(signal: AbortSignal): Promise<readonly Container[]> {
    const { project, topology } = this.#settings;
    const filter = `label=com.docker.compose.project=${project}`;
    const ids = (await this.docker(["ps", "-aq", "--filter", filter], signal)).split("\n");
    const present = ids.filter((id) => id !== "");
    if (present.length === 0) {
      throw new DriverError(`no containers of the compose project ${project} (docker compose up)`);
    }
    const found = containersOf(await this.docker(["inspect", ...present], signal), topology);
    for (const container of found) this.#forgetUndone(container);
    return found;
  }

  async find(server: string, signal: AbortSignal): Promise<Container> {
    const found = (await this.containers(signal)).find(({ name }) => name === server);
    if (found) return found;
    throw new DriverError(`there is no server ${server}`);
  }

  /** Makes a service's container anew, as planned or otherwise. */
  async recreate(
    container: Container,
    overrides: Overrides | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { service, name } = container;
    if (name !== service) throw new DriverError(`replicas of ${service} are changed all at once`);
    const file = this.#changeOf(service);
    const other = (await this.containers(signal)).find(({ name }) => name === overrides?.program);
    const told = { container, addresses: other?.addresses };
    const extra = overrides ? [this.#writeOverrides(file, told, overrides)] : [];
    const files = [...this.#filesOf(container), ...extra].flatMap((path) => ["-f", path]);
    await this.#compose(
      [...files, "up", "-d", "--no-deps", "--no-build", "--force-recreate", service],
      signal,
    );
    if (!overrides) rmSync(file, { force: true });
  }

  putFile(server: string, name: string, content: string): string {
    const path = this.fileOf(server, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, content);
    // Servers in containers run as users of their own.
    chmodSync(path, 0o644);
    return `/files/${name}`;
  }

  fileOf(server: string, name: string): string {
    return serverFile(this.#settings.dataDirectory, server, name);
  }

  #changeOf(service: string): string {
    return join(this.#settings.dataDirectory, `${changedPrefix}${service}.json`);
  }

  /** Who mends by hand makes a container anew as planned, and knows nothing of the file by which it was changed. */
  #forgetUndone({ service, changed, startedAtMs = 0 }: Container): void {
    const file = this.#changeOf(service);
    const writtenMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    // A younger one is about to change it.
    if (!changed && writtenMs !== undefined && writtenMs < startedAtMs)
      rmSync(file, { force: true });
  }

  #writeOverrides(
    file: string,
    {
      container,
      addresses,
    }: { container: Container; addresses: Container["addresses"] | undefined },
    overrides: Overrides,
  ): string {
    const folder = join(this.#settings.dataDirectory, "files", container.name);
    const content = overrideFile(container, overrides, {
      topology: this.#settings.topology,
      plannedCommand: this.#plannedCommand(file, container),
      addresses,
      filesFolder: existsSync(folder) ? folder : undefined,
    });
    mkdirSync(this.#settings.dataDirectory, { recursive: true });
    writeFileSync(file, JSON.stringify(content));
    return file;
  }

  #plannedCommand(file: string, { changed, command }: Container): readonly string[] {
    if (!changed || !existsSync(file)) return command;
    // Written by this class.
    const { "x-planned-command": planned } = JSON.parse(readFileSync(file, "utf8")) as OverrideFile;
    return planned;
  }

  /** Only paused containers are as planned; others are made anew, which also gives them a network of their own. */
  typedServer(verb: string, names: readonly string[]): Promise<string> {
    const [first] = names;
    if (verb === "resume") return this.typedCompose(["unpause", ...names], first);
    const anew = verb === "start" ? [] : ["--force-recreate"];
    return this.typedCompose(["up", "-d", "--no-deps", "--no-build", ...anew, ...names], first);
  }

  /** With the files that the server was made from: others of the project may come from others. */
  async typedCompose(words: readonly string[], server = ""): Promise<string> {
    this.#command ??= await this.#composeCommand(AbortSignal.timeout(lookDeadlineMs));
    const { project } = this.#settings;
    const container = await this.find(server, AbortSignal.timeout(lookDeadlineMs));
    const files = this.#filesOf(container);
    const named = ["-p", project, ...files.flatMap((path) => ["-f", path])];
    return [...this.#command, ...named, ...words].join(" ");
  }

  /** Those that the project was started with: there may be another one on top of the application's own. */
  #filesOf(container: Pick<Container, "files"> | undefined): readonly string[] {
    const files = container?.files ?? [];
    return files.length > 0 && files.every(existsSync) ? files : this.#settings.files;
  }

  async #compose(words: readonly string[], signal: AbortSignal): Promise<void> {
    this.#command ??= await this.#composeCommand(signal);
    const named = [...this.#command, "--project-name", this.#settings.project];
    await runCommand([...named, ...words], this.#settings, signal);
  }

  /** Compose is a plug-in of docker, or an older program of its own. */
  async #composeCommand(signal: AbortSignal): Promise<readonly string[]> {
    for (const words of [["docker", "compose"], ["docker-compose"]]) {
      try {
        await runCommand([...words, "version"], this.#settings, signal);
        return words;
      } catch {
        // Not here; the other one may be.
        signal.throwIfAborted();
      }
    }
    throw new DriverError("neither docker compose nor docker-compose is installed");
  }
}
