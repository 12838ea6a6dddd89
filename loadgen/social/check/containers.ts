import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ErrandError } from "../../application.ts";
import { usageExitCode } from "../../runner/conclusion.ts";
import type { Running, Server } from "./running.ts";

const deadlineMs = 60_000;
const bytesMax = 64 * 1_024 * 1_024;
const run = promisify(execFile);

/** What `docker inspect` says of a container, as far as it is looked at here. */
interface Inspected {
  readonly Id: string;
  readonly State: { readonly Running: boolean; readonly Health?: { readonly Status: string } };
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
  };
}

/** The containers of a compose project. Their stores are reached by their addresses in its network. */
export class Containers implements Running {
  readonly #project: string;

  constructor(project: string) {
    this.#project = project;
  }

  /** Throws an `ErrandError` if there are none. */
  async servers(): Promise<readonly Server[]> {
    return (await this.#containers()).map(serverOf);
  }

  async kill(server: string): Promise<boolean> {
    const found = await this.#find(server);
    if (!found?.State.Running) return false;
    try {
      await docker("kill", found.Id);
    } catch (error) {
      // It may have ended by itself meanwhile, and then comes back by itself.
      if ((await this.#find(server))?.State.Running) throw error;
      return false;
    }
    // The engine takes it for what somebody wanted, and does not start it again by itself.
    await docker("start", found.Id);
    return true;
  }

  async #find(server: string): Promise<Inspected | undefined> {
    return (await this.#containers()).find((one) => nameOf(one) === server);
  }

  async #containers(): Promise<readonly Inspected[]> {
    const ours = ["project", "oneoff"].map((label) => `label=com.docker.compose.${label}`);
    const filters = ["--filter", `${ours[0]}=${this.#project}`, "--filter", `${ours[1]}=False`];
    const ids = (await docker("ps", "--all", "--quiet", ...filters)).split("\n").filter(Boolean);
    if (ids.length === 0) {
      throw new ErrandError(`the project ${this.#project} has no containers`, usageExitCode);
    }
    return JSON.parse(await docker("inspect", ...ids));
  }
}

async function docker(...words: readonly string[]): Promise<string> {
  try {
    return (await run("docker", words, { timeout: deadlineMs, maxBuffer: bytesMax })).stdout;
  } catch (cause) {
    throw new ErrandError(`docker ${words[0]} fails: ${cause}`, usageExitCode);
  }
}

function nameOf({ Config: { Labels } }: Inspected): string {
  const service = Labels["com.docker.compose.service"] ?? "";
  const number = Labels["com.docker.compose.container-number"] ?? "1";
  return number === "1" ? service : `${service}-${number}`;
}

function serverOf(container: Inspected): Server {
  const name = nameOf(container);
  const [network] = Object.values(container.NetworkSettings.Networks);
  return {
    name,
    state: container.State.Health?.Status === "healthy" ? "ready" : "starting",
    url: urlOf(name, network?.IPAddress ?? ""),
  };
}

/** Stores are where the images have them; nobody asks for another one's. */
function urlOf(name: string, address: string): string {
  if (name.endsWith("-mongodb")) return `mongodb://${address}:27017`;
  return `redis://${address}:6379`;
}
