import { TourError, tour } from "@faultline/faults/verify/tour";
import { apps } from "./apps.ts";
import { Interrupted, interruptible } from "./interruptible.ts";

// `npm run demo`: what a newcomer sees first. Ends with 0 only if every step has shown what it must.
const { app: topology, door } = apps.hotel ?? {};
if (!topology || !door) throw new Error("there is no hotel");
const say = (line: string) => console.log(line);
try {
  await interruptible((signal) => tour({ topology, door, environment: process.env, say }, signal));
} catch (error) {
  if (!(error instanceof TourError) && !(error instanceof Interrupted)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = error instanceof Interrupted ? 130 : 1;
}
