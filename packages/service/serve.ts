import { readServiceConfig, type ServiceConfig } from "@faultline/config";
import { startTelemetry, type Telemetry } from "@faultline/telemetry";
import type { Assembly } from "./assemble.ts";
import { tracedAs } from "./define-app.ts";
import { factsOf } from "./facts.ts";
import { flaggedServices } from "./flags/flagged.ts";
import { instanceName } from "./instance-name.ts";
import { overSockets } from "./over-sockets.ts";
import { dieLoudly, exitCodes, misconfigured, orExit, stopSignal, textOf } from "./process-life.ts";
import { type RunningService, refusal, startService } from "./start.ts";
import { version } from "./version.ts";

/**
 * Runs one service as this process: reads its environment, opens its parts, serves until SIGTERM or SIGINT, then
 * finishes what it accepted. Ends the process in every case; with 1 or 2 if it could not start.
 */
export async function serve({ service, ...how }: Assembly): Promise<never> {
  const stopping = stopSignal();
  const config = orExit(service.name, (warn) =>
    readServiceConfig(factsOf(service), process.env, warn),
  );
  const telemetry = await telemetryOf({ name: service.host, tracedAs: tracedAs(service) }, config);
  dieLoudly(telemetry);
  const flagged = await flaggedServices([service], config, telemetry.log).catch((error) =>
    misconfigured(service.name, error),
  );
  const around = overSockets(service, config, telemetry, flagged.get(service.name));
  const start = () => startService({ service, ...how }, around, config);
  process.exit(await untilStopped(start, telemetry, stopping));
}

/** What a process is called where its settings do not say. */
export interface ProcessNames {
  readonly name: string;
  /** In traces; left out for the same name. */
  readonly tracedAs?: string;
}

/** What a process says about itself, as its settings have it. */
export function telemetryOf(names: ProcessNames, config: ServiceConfig): Promise<Telemetry> {
  return startTelemetry({
    service: config.serviceName ?? names.name,
    tracedAs: config.serviceName ?? names.tracedAs ?? names.name,
    version,
    instance: instanceName(),
    logLevel: config.logLevel,
    sampling: config.sampling,
    otlpUrl: config.otlpUrl,
    host: config.host,
    metricsPort: config.metricsPort,
  });
}

/** Starts, waits for a signal, stops; answers the exit code. */
export async function untilStopped(
  start: () => Promise<Pick<RunningService, "close"> & { readonly port?: number }>,
  telemetry: Telemetry,
  stopping: Promise<NodeJS.Signals>,
): Promise<number> {
  const { log } = telemetry;
  try {
    const started = await Promise.race([start(), stopping]);
    if (typeof started === "string") return 0;
    log.info("service started", { port: started.port, tookMs: Math.round(performance.now()) });
    log.info("service stopping", { signal: await stopping });
    await started.close();
    log.info("service stopped");
    return 0;
  } catch (error) {
    const serverCode = refusal(error);
    const cause = error instanceof Error && error.cause ? { cause: textOf(error.cause) } : {};
    const code = serverCode ? { serverCode } : {};
    log.error("service failed", { reason: textOf(error), ...cause, ...code });
    return serverCode === 13 ? exitCodes.unauthorized : exitCodes.unreachable;
  } finally {
    await telemetry.close();
  }
}
