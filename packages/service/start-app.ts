import type { Assembly } from "./assemble.ts";
import { wavesOf } from "./call-order.ts";
import { Closing } from "./closing.ts";
import type { App, Service } from "./define-app.ts";
import { type StartOptions, startService } from "./start.ts";
import type { Surroundings } from "./surroundings.ts";

export interface RunningApp {
  /** The port of each service, by name; 0 where there is none. */
  readonly ports: ReadonlyMap<string, number>;
  /** Closes callers before callees. */
  close(): Promise<void>;
}

/** Starts every service of an application in this process, callees before callers; those of a wave together. */
export async function startApp(
  app: App,
  assemblyOf: (name: string) => Promise<Assembly>,
  surroundingsOf: (service: Service) => Surroundings,
  options: StartOptions,
): Promise<RunningApp> {
  const closing = new Closing();
  const ports = new Map<string, number>();
  try {
    for (const wave of wavesOf(app)) {
      const assemblies = await Promise.all(wave.map(assemblyOf));
      const starting = assemblies.map(async (assembly) => {
        const running = await startService(assembly, surroundingsOf(assembly.service), options);
        closing.opened(running);
        ports.set(assembly.service.name, running.port);
      });
      const failed = (await Promise.allSettled(starting)).find(
        ({ status }) => status === "rejected",
      );
      if (failed?.status === "rejected") throw failed.reason;
    }
  } catch (error) {
    await closing.close();
    throw error;
  }
  return { ports, close: () => closing.close() };
}
