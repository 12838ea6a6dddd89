import type { Application } from "./application.ts";
import { hotel } from "./hotel/application.ts";
import { social } from "./social/application.ts";

/** Every application that the load knows, by its name on the command line; the first one is meant without a name. */
export const applications: Readonly<Record<string, Application>> = { hotel, social };
