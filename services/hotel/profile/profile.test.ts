import { Profile, type ProfileClient } from "@faultline/proto/hotel";
import { inBothWorlds, testCall } from "@faultline/rpc/both-worlds";
import { unavailable } from "@faultline/rpc/errors";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { expect, test } from "vitest";
import { createProfile, type StoredHotel } from "./profile.ts";
import { seedProfile } from "./seed.ts";

const { fround } = Math;
const address = {
  ...{ streetNumber: "1", streetName: "A St", city: "C", state: "CA", country: "US" },
  postalCode: "9",
};
const storedHotel = {
  ...{ id: "1", name: "N", phoneNumber: "P", description: "D" },
  address: { ...address, lat: fround(37.7867), lon: fround(-122.4112) },
};
const cachedByA =
  '{"Id":"1","Name":"N","PhoneNumber":"P","Description":"D","Address":{"StreetNumber":"1","StreetName":"A St",' +
  '"City":"C","State":"CA","Country":"US","PostalCode":"9","Lat":37.7867,"Lon":-122.4112},"Images":null}';
const cachedByU =
  '{"id":"1","name":"N","phoneNumber":"P","description":"D","address":{"streetNumber":"1","streetName":"A St",' +
  '"city":"C","state":"CA","country":"US","postalCode":"9","lat":37.7867,"lon":-122.4112}}';

async function seededMongo() {
  const mongo = createMemoryMongo();
  await seedProfile(mongo, testCall());
  return mongo;
}

async function mongoWith(...hotels: StoredHotel[]) {
  const mongo = createMemoryMongo();
  await mongo.collection<StoredHotel>("hotels").insertMany(hotels, testCall());
  return mongo;
}

async function profilesOf(profile: ProfileClient, ...hotelIds: string[]) {
  return (await profile.getProfiles({ hotelIds, locale: "en" }, testCall())).hotels;
}

inBothWorlds("profiles come in the order asked, each once", async (start) => {
  const profile = await start(Profile, createProfile(await seededMongo(), createMemoryCache()));

  const hotels = await profilesOf(profile, "42", "1", "7", "1");

  expect(hotels.map(({ id, name, phoneNumber }) => [id, name, phoneNumber])).toEqual([
    ["42", "St. Regis San Francisco", "(415) 284-4042"],
    ["1", "Clift Hotel", "(415) 775-4700"],
    ["7", "St. Regis San Francisco", "(415) 284-407"],
  ]);
  expect(hotels[1]?.address).toEqual({
    ...{ streetNumber: "495", streetName: "Geary St", city: "San Francisco", state: "CA" },
    ...{ country: "United States", postalCode: "94102" },
    ...{ lat: fround(37.7867), lon: fround(-122.4112) },
  });
});

inBothWorlds("hotels that do not or cannot exist are left out and not cached", async (start) => {
  const cache = createMemoryCache();
  const profile = await start(Profile, createProfile(await seededMongo(), cache));
  const unknown = ["81", "", "a b", "\n", "x".repeat(251)];

  const hotels = await profilesOf(profile, ...unknown, "80");

  expect(hotels.map(({ id }) => id)).toEqual(["80"]);
  await expect.poll(() => cache.get("80", testCall())).toBeDefined();
  expect(await cache.get("81", testCall())).toBeUndefined();
});

inBothWorlds("profiles are cached in the original's spelling", async (start) => {
  const cache = createMemoryCache();
  const profile = await start(Profile, createProfile(await mongoWith(storedHotel), cache));

  await profilesOf(profile, "1");

  await expect.poll(async () => (await cache.get("1", testCall()))?.toString()).toBe(cachedByA);
});

inBothWorlds("entries of either original are read as the database is", async (start) => {
  const cache = createMemoryCache();
  const fromDatabase = await start(
    Profile,
    createProfile(await mongoWith(storedHotel), createMemoryCache()),
  );
  const fromCache = await start(Profile, createProfile(createMemoryMongo(), cache));
  const expected = await profilesOf(fromDatabase, "1");

  for (const entry of [cachedByA, cachedByU]) {
    await cache.set("1", entry, testCall());
    expect(await profilesOf(fromCache, "1")).toEqual(expected);
  }
});

inBothWorlds(
  "an empty profile that an original cached after a failure is a miss",
  async (start) => {
    const cache = createMemoryCache();
    const profile = await start(Profile, createProfile(await mongoWith(storedHotel), cache));
    const emptyByA =
      '{"Id":"","Name":"","PhoneNumber":"","Description":"","Address":null,"Images":null}';

    for (const entry of ["null", emptyByA, "{", "{}", "[]", "7", '{"Id":"2"}', ""]) {
      await cache.set("1", entry, testCall());
      expect((await profilesOf(profile, "1")).map(({ name }) => name)).toEqual(["N"]);
    }
  },
);

inBothWorlds("a failing database fails the call, and nothing of it is cached", async (start) => {
  const mongo = await seededMongo();
  let down = true;
  const collection: Mongo["collection"] = (name) => {
    const inner = mongo.collection<never>(name);
    const failure = () => Promise.reject(unavailable("mongodb-profile does not answer"));
    return { ...inner, find: (...query) => (down ? failure() : inner.find(...query)) };
  };
  const cache = createMemoryCache();
  const profile = await start(Profile, createProfile({ ...mongo, collection }, cache));

  await expect(profilesOf(profile, "1")).rejects.toMatchObject({ code: "unavailable" });
  expect(await cache.get("1", testCall())).toBeUndefined();
  down = false;
  expect((await profilesOf(profile, "1")).map(({ id }) => id)).toEqual(["1"]);
});

inBothWorlds("without the cache the database answers", async (start) => {
  const dead = () => Promise.reject(unavailable("memcached-profile does not answer"));
  const cache = { ...createMemoryCache(), getMany: dead, get: dead, set: dead, add: dead };
  const profile = await start(Profile, createProfile(await seededMongo(), cache));

  expect((await profilesOf(profile, "2", "1")).map(({ id }) => id)).toEqual(["2", "1"]);
});

inBothWorlds("a profile without an address is given as it is", async (start) => {
  const { address: _, ...bare } = storedHotel;
  const profile = await start(Profile, createProfile(await mongoWith(bare), createMemoryCache()));

  expect((await profilesOf(profile, "1"))[0]?.address).toBeUndefined();
});

test("seeding gives 80 hotels, and again or twice at once changes nothing", async () => {
  const mongo = createMemoryMongo();
  const hotels = mongo.collection<StoredHotel>("hotels");

  await Promise.all([seedProfile(mongo, testCall()), seedProfile(mongo, testCall())]);
  await seedProfile(mongo, testCall());

  expect(await hotels.count({}, testCall())).toBe(80);
  expect(await hotels.findOne({ id: "1" }, testCall())).toMatchObject({
    address: { lat: 37.78670120239258 },
  });
  expect(await hotels.findOne({ id: "3" }, testCall())).toMatchObject({
    address: { lat: fround(37.7834) },
  });
});
