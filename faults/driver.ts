/** Which way of running an application a driver is for. */
export type Way = "local" | "compose" | "kubernetes";

export interface Address {
  readonly host: string;
  readonly port: number;
  /** It speaks TLS, as planned; who talks to it from here does not look at its certificate. */
  readonly tls?: boolean;
}

/** A server of the running application, whatever it is made of. */
export interface Server {
  /** As in every way of running: `geo`, `mongodb-geo`, `memcached-rate`; further replicas are `geo-2` … */
  readonly name: string;
  readonly kind: "service" | "front door" | "mongod" | "memcached" | "redis" | "other";
  readonly state: "stopped" | "starting" | "ready" | "paused" | "stopping" | "crashed";
  /** It was started with overrides. */
  readonly changed?: boolean;
  /** How often its process was started again. */
  readonly restarts: number;
  /** When its present process began, in milliseconds since the epoch; undefined if there is none. */
  readonly startedAtMs?: number | undefined;
  /** Where it can be reached from here, if it can. */
  readonly address?: Address | undefined;
  /** Its page of metrics, if it has one that can be reached from here. */
  readonly metricsUrl?: string | undefined;
}

/**
 * What is different about a server from this start on, also when its supervisor starts it again by itself; a start
 * by the driver without overrides makes it as planned again.
 */
export interface Overrides {
  /** The entry program of another service, by that service's name (`profile` runs `geo`), or another build: `geo/builds/app3`. */
  readonly program?: string;
  /** Variables set beside the planned ones; null takes one away. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Arguments added behind the planned ones. */
  readonly args?: readonly string[];
  /** Listens there instead of on its planned port. */
  readonly port?: number;
}

/** The way from one server, or from everyone (`*`), to another. */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** What a proxy on an edge does to the bytes that pass. Nothing set: they pass as they are. */
export interface Disturbance {
  readonly delayMs?: number;
  readonly jitterMs?: number;
  /** Connections are taken and stay silent, both ways. */
  readonly stalls?: boolean;
  /** Connections are refused, and present ones cut. */
  readonly refuses?: boolean;
  /** Share of connections that are disturbed, 0 to 1; all without it. */
  readonly share?: number;
}

/** Whom an administration command is run as; a server without access control needs nobody. */
export interface AdminUser {
  readonly name: string;
  readonly password: string;
}

/** A command for a MongoDB server, with the database that it is run in. */
export interface AdminCommand {
  /** The server: `mongodb-geo`. */
  readonly server: string;
  readonly database: string;
  readonly command: Readonly<Record<string, unknown>>;
  readonly as?: AdminUser;
}

/**
 * Does things to the servers of a running application, in one way of running. Everything rejects with a
 * `DriverError` that says what could not be done, ends with its signal, and may be repeated.
 */
export interface Driver {
  readonly way: Way;
  /** Tells it from others of the same application, where they may run beside each other and read the same flags. */
  readonly project?: string;
  servers(signal: AbortSignal): Promise<readonly Server[]>;
  /** Ends it and keeps it ended. Resolves when it has ended; at once if it does not run. */
  stop(server: string, signal: AbortSignal): Promise<void>;
  /** Starts one that does not run. Resolves when its process exists, not when it is ready. */
  start(server: string, signal: AbortSignal, overrides?: Overrides): Promise<void>;
  /** Ends the present process, if any, and starts one. Resolves when that exists, not when it is ready. */
  restart(server: string, signal: AbortSignal, overrides?: Overrides): Promise<void>;
  /** Sends a signal as from outside: what the supervisor then does is its own decision. */
  kill(server: string, signalName: "SIGKILL" | "SIGTERM", signal: AbortSignal): Promise<void>;
  pause(server: string, signal: AbortSignal): Promise<void>;
  resume(server: string, signal: AbortSignal): Promise<void>;
  /** Runs a command on a MongoDB server by the official driver and gives its reply; server errors are thrown as they are. */
  admin(command: AdminCommand, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>>;
  /** Writes a file where the server can read it, and gives its path there. The same name replaces it. */
  putFile(server: string, name: string, content: string, signal: AbortSignal): Promise<string>;
  removeFile(server: string, name: string, signal: AbortSignal): Promise<void>;
  /** Disturbs an edge; an empty disturbance passes everything. Repeating it replaces the disturbance. */
  disturb(edge: Edge, disturbance: Disturbance, signal: AbortSignal): Promise<void>;
  /** Lets the edge be as planned. */
  leave(edge: Edge, signal: AbortSignal): Promise<void>;
  /** The last lines that a server has logged, oldest first; at most `linesMax`. */
  log(server: string, linesMax: number, signal: AbortSignal): Promise<readonly string[]>;
  /** What an operator types, who knows nothing of drivers. */
  readonly typed: Typed;
}

/** Commands for a shell, in the root of the project. */
export interface Typed {
  /** Has servers run as planned again, whatever was done to them; `resume` wakes paused ones. */
  server(verb: string, servers: readonly string[]): Promise<string>;
  /** A `mongosh` that is connected to a MongoDB server; arguments follow. */
  mongosh(server: string): Promise<string>;
}

/** Something could not be done to a server. The message is a sentence for the operator. */
export class DriverError extends Error {
  override readonly name: string = "DriverError";
}

/** This machine has not what it takes, whatever is tried. The message says what it lacks. */
export class UnsupportedError extends DriverError {
  override readonly name = "UnsupportedError";
}

/** Those of a service's replicas, the first one first. */
export function replicasOf(servers: readonly Server[], service: string): readonly Server[] {
  const number = new RegExp(`^${service}(-\\d+)?$`);
  return servers.filter(({ name }) => number.test(name));
}
