import type { App } from "@faultline/service/define-app";
import { LaunchError } from "./launch-error.ts";
import type { Environment } from "./machine.ts";

/** The variable that says it of one kind of connection, such as `SOCIAL_MONGO_TLS`. */
export function tlsVariable(app: App, kind: string): string {
  return `${`${app.name}_${kind}`.toUpperCase().replaceAll("-", "_")}_TLS`;
}

/**
 * What the user wants of one kind of connection; the first mode if he says nothing. Throws
 * a `LaunchError` if it is none of those that there are.
 */
export function tlsModeOf<Mode extends string>(
  app: App,
  kind: string,
  modes: readonly [Mode, ...Mode[]],
  environment: Environment,
): Mode {
  const variable = tlsVariable(app, kind);
  const value = environment[variable] || modes[0];
  const mode = modes.find((known) => known === value);
  if (mode) return mode;
  throw new LaunchError(`${variable}=${value}: it must be one of ${modes.join(", ")}.`);
}
