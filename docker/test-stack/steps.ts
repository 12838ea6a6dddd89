import { deepEqual, equal } from "node:assert/strict";
import type { FrontDoor } from "./front-door.ts";
import type { Stack } from "./stack.ts";

export interface World {
  readonly stack: Stack;
  readonly door: FrontDoor;
  /** Sends the application's traffic and judges every answer; rejects if one is wrong. */
  load(): Promise<string>;
}

/** What is done, in this order; each says what it has seen, and rejects when that is not right. */
export const steps: readonly { readonly says: string; does(world: World): Promise<string> }[] = [
  { says: "build the image", does: build },
  { says: "bring the stack up", does: bringUp },
  {
    says: "golden vectors",
    does: async ({ door }) => `${await door.answersGoldenVectors()} right`,
  },
  { says: "load", does: ({ load }) => load() },
  { says: "stop a container, start it again", does: stopAndStart },
  { says: "revoke the role of the database's user, grant it again", does: revokeAndGrant },
  { says: "remove the database's user, create it again", does: removeAndCreate },
  { says: "take the stack down, bring it up, find its data", does: restart },
];

const hotels = "/hotels?inDate=2015-04-09&outDate=2015-04-10&lat=37.7749&lon=-122.4194";
const recommendations = "/recommendations?require=price&lat=1&lon=1";

async function build({ stack }: World): Promise<string> {
  // Every service has the same image.
  await stack.compose(["build", "geo"], 900_000);
  return "built";
}

async function bringUp({ stack }: World): Promise<string> {
  const startMs = performance.now();
  await stack.compose(["up", "--detach", "--no-build"], 600_000);
  await stack.untilHealthy();
  const { length } = await stack.containers();
  return `${length} containers healthy after ${Math.round((performance.now() - startMs) / 1_000)} s`;
}

async function stopAndStart(world: World): Promise<string> {
  const { stack, door } = world;
  await stack.compose(["stop", "geo"]);
  await stack.until("searches fail", async () => (await door.status(hotels)) === 500);
  equal(await door.status(recommendations), 200, "recommendations need no geo");
  await stack.compose(["start", "geo"]);
  await recovered(world);
  return "searches failed without geo, recommendations did not; all is well again";
}

async function revokeAndGrant(world: World): Promise<string> {
  await adminScript(world, "revoke-admin-geo-mongo.sh");
  const code = await crashes(world);
  equal(code, 1, "geo ends with 1 where its user may not read");
  await adminScript(world, "revoke-mitigate-admin-geo-mongo.sh");
  await recovered(world);
  return "geo, restarted, ended with 1 until the role was back";
}

async function removeAndCreate(world: World): Promise<string> {
  await adminScript(world, "remove-admin-mongo.sh");
  const code = await crashes(world);
  equal(code, 2, "geo ends with 2 where its user does not exist");
  await adminScript(world, "remove-mitigate-admin-geo-mongo.sh");
  await recovered(world);
  return "geo, restarted, ended with 2 until the user was back";
}

async function restart({ stack, door }: World): Promise<string> {
  await door.books("2015-05-09", "2015-05-11", 199);
  await door.books("2015-05-10", "2015-05-12", 1);
  await door.offers("2015-05-10", "2015-05-11", ["42"]);
  await stack.compose(["down", "--timeout", "20"]);
  deepEqual(await stack.containers(), []);
  await bringUp({ stack } as World);
  await door.offers("2015-05-10", "2015-05-11", ["42"]);
  await door.offers("2015-05-09", "2015-05-10", ["39", "42"]);
  return "the bookings of before are there";
}

async function adminScript({ stack }: World, name: string): Promise<void> {
  await stack.compose(["exec", "-T", "mongodb-geo", `/scripts/${name}`], 60_000);
}

/** Restarts geo, which must fail again and again, and tells its exit code. */
async function crashes({ stack, door }: World): Promise<number> {
  await stack.compose(["restart", "geo"]);
  let code: string | undefined;
  await stack.until("geo ends by itself", async () => {
    const { status = "" } =
      (await stack.containers()).find(({ service }) => service === "geo") ?? {};
    [, code] = /^(?:Restarting|Exited) \((\d+)\)/.exec(status) ?? [];
    return code !== undefined;
  });
  equal(await door.status(hotels), 500, "searches fail without geo");
  return Number(code);
}

/** Starts geo at once rather than when the engine would, and waits until users are served. */
async function recovered({ stack, door }: World): Promise<void> {
  await stack.compose(["restart", "geo"]);
  await stack.untilHealthy();
  await stack.until("searches succeed", async () => (await door.status(hotels)) === 200, 60_000);
  await door.answersGoldenVectors();
}
