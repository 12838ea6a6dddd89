import { hostname } from "node:os";

/** Tells replicas of a service apart, in traces and for flags that mean one of them. */
export function instanceName(): string {
  return `${hostname()}-${process.pid}`;
}
