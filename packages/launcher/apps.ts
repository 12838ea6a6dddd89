import { hotel } from "@faultline/hotel/topology";
import type { App } from "@faultline/service/define-app";

/** An application that can be started here: its table, and what people call it. */
export interface KnownApp {
  readonly title: string;
  readonly app: App;
}

/** Every application, by the name that `npm start -- <name>` takes. */
export const apps: Readonly<Record<string, KnownApp>> = {
  hotel: { title: "Hotel Reservation", app: hotel },
};
