import { deepEqual, equal } from "node:assert/strict";
import { bringUp, type Step, type World } from "../steps.ts";
import { type FrontDoor, openFrontDoor } from "./front-door.ts";

interface HotelWorld extends World {
  readonly door: FrontDoor;
}

/** What is done with Hotel Reservation once it is up. */
export function hotelSteps(world: World): readonly Step[] {
  const own: HotelWorld = { ...world, door: openFrontDoor(world.url) };
  return [
    { says: "golden vectors", does: async () => `${await own.door.answersGoldenVectors()} right` },
    { says: "load", does: () => load(own) },
    { says: "stop a container, start it again", does: () => stopAndStart(own) },
    {
      says: "revoke the role of the database's user, grant it again",
      does: () => revokeAndGrant(own),
    },
    { says: "remove the database's user, create it again", does: () => removeAndCreate(own) },
    { says: "take the stack down, bring it up, find its data", does: () => restart(own) },
  ];
}

const hotels = "/hotels?inDate=2015-04-09&outDate=2015-04-10&lat=37.7749&lon=-122.4194";
const recommendations = "/recommendations?require=price&lat=1&lon=1";

async function load({ load }: HotelWorld): Promise<string> {
  const [rate, seconds] = [5, 20];
  await load("--rate", `${rate}`, "--duration", `${seconds}s`, "--deadline", "30s");
  return `${rate * seconds} requests, every answer right`;
}

async function stopAndStart(world: HotelWorld): Promise<string> {
  const { stack, door } = world;
  await stack.compose(["stop", "geo"]);
  await stack.until("searches fail", async () => (await door.status(hotels)) === 500);
  equal(await door.status(recommendations), 200, "recommendations need no geo");
  await stack.compose(["start", "geo"]);
  await recovered(world);
  return "searches failed without geo, recommendations did not; all is well again";
}

async function revokeAndGrant(world: HotelWorld): Promise<string> {
  await adminScript(world, "revoke-admin-geo-mongo.sh");
  const code = await crashes(world);
  equal(code, 1, "geo ends with 1 where its user may not read");
  await adminScript(world, "revoke-mitigate-admin-geo-mongo.sh");
  await recovered(world);
  return "geo, restarted, ended with 1 until the role was back";
}

async function removeAndCreate(world: HotelWorld): Promise<string> {
  await adminScript(world, "remove-admin-mongo.sh");
  const code = await crashes(world);
  equal(code, 2, "geo ends with 2 where its user does not exist");
  await adminScript(world, "remove-mitigate-admin-geo-mongo.sh");
  await recovered(world);
  return "geo, restarted, ended with 2 until the user was back";
}

async function restart({ stack, door }: HotelWorld): Promise<string> {
  await door.books("2015-05-09", "2015-05-11", 199);
  await door.books("2015-05-10", "2015-05-12", 1);
  await door.offers("2015-05-10", "2015-05-11", ["42"]);
  await stack.compose(["down", "--timeout", "20"]);
  deepEqual(await stack.containers(), []);
  await bringUp(stack);
  await door.offers("2015-05-10", "2015-05-11", ["42"]);
  await door.offers("2015-05-09", "2015-05-10", ["39", "42"]);
  return "the bookings of before are there";
}

async function adminScript({ stack }: HotelWorld, name: string): Promise<void> {
  await stack.compose(["exec", "-T", "mongodb-geo", `/scripts/${name}`], 60_000);
}

/** Restarts geo, which must fail again and again, and tells its exit code. */
async function crashes({ stack, door }: HotelWorld): Promise<number> {
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
async function recovered({ stack, door }: HotelWorld): Promise<void> {
  await stack.compose(["restart", "geo"]);
  await stack.untilHealthy();
  await stack.until("searches succeed", async () => (await door.status(hotels)) === 200, 60_000);
  await door.answersGoldenVectors();
}
