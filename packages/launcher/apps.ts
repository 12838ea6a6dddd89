import type { Topology } from "@faultline/faults/topology";
import type { FrontDoor } from "@faultline/faults/verify/routes";
import { frontDoor as hotelDoor } from "@faultline/hotel/asked-routes";
import { hotel } from "@faultline/hotel/topology";
import { type App, asDeployed } from "@faultline/service/define-app";
import { frontDoor as socialDoor } from "@faultline/social/asked-routes";
import { social } from "@faultline/social/topology";

/** An application that can be started here: its table, and what people call it. */
export interface KnownApp {
  readonly title: string;
  readonly app: App;
  /** What is asked of it to see whether it is well. */
  readonly door: FrontDoor;
}

/** Every application, by the name that `npm start -- <name>` takes. */
export const apps: Readonly<Record<string, KnownApp>> = {
  hotel: { title: "Hotel Reservation", app: hotel, door: hotelDoor },
  social: { title: "Social Network", app: social, door: socialDoor },
};

/** The application that plain `docker compose up` starts; the others have a file with their name. */
const atTheRoot = "hotel";

/** Where an application's compose file is, from the root of the workspace. */
export function composeFileOf(app: string): string {
  return app === atTheRoot ? "compose.yaml" : `compose.${app}.yaml`;
}

/** Where the containers of an application find their flags on the host, from there too. */
export function flagsFolderOf(app: string): string {
  return `.faultline/compose-${app}`;
}

/** Stands for all of them. */
const everything = "all";

/** What may be asked for. */
export const selections: readonly string[] = [...Object.keys(apps), everything];

/** The applications of a name, which may be `all`; none if there is no such name. */
export function appsOf(selection: string): readonly KnownApp[] {
  if (selection === everything) return Object.values(apps);
  const known = Object.hasOwn(apps, selection) ? apps[selection] : undefined;
  return known ? [known] : [];
}

/** The same as faults see them, by the names that everything has while it runs; undefined if there is no such name. */
export function topologyOf(selection: string): Topology | undefined {
  const found = appsOf(selection).map(({ app }) => asDeployed(app));
  if (found.length === 0) return undefined;
  return { name: selection, services: Object.assign({}, ...found.map(({ services }) => services)) };
}
