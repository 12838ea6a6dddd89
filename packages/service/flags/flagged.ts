import type { ServiceConfig } from "@faultline/config";
import type { Logger } from "@faultline/telemetry";
import type { Service } from "../define-app.ts";
import { instanceName } from "../instance-name.ts";
import type { Flagged } from "../surroundings.ts";

/** The flags of a process and what they do to each of its services; none where the settings name no flags. */
export async function flaggedServices(
  services: readonly Service[],
  config: Pick<ServiceConfig, "flags" | "port">,
  log: Logger,
): Promise<ReadonlyMap<string, Flagged>> {
  const { file, server, variables, reveal } = config.flags;
  if (file === undefined && server === undefined && variables.size === 0) return new Map();
  const [{ openFlags }, { Switchboard }] = await Promise.all([
    import("./flags.ts"),
    import("./switchboard.ts"),
  ]);
  const flags = await openFlags(config.flags, log);
  const common = { instance: instanceName(), port: config.port, reveal, log };
  return new Map(
    services.map((service) => [
      service.name,
      { flags, switchboard: new Switchboard({ service, ...common }) },
    ]),
  );
}
