import { User } from "@faultline/proto/hotel";
import { inBothWorlds, testCall } from "@faultline/rpc/both-worlds";
import { unavailable } from "@faultline/rpc/errors";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { expect, test } from "vitest";
import { seedUser } from "./seed.ts";
import { createUser, type StoredUser } from "./user.ts";

async function seededUser() {
  const mongo = createMemoryMongo();
  await seedUser(mongo, testCall());
  return createUser(mongo, testCall());
}

inBothWorlds("every user of the workload may log in", async (start) => {
  const user = await start(User, await seededUser());

  for (const id of ["0", "9", "42", "100", "500"]) {
    const login = { username: `Cornell_${id}`, password: id.repeat(10) };
    expect(await user.checkUser(login, testCall())).toEqual({ correct: true });
  }
});

inBothWorlds("wrong passwords and unknown users may not log in", async (start) => {
  const user = await start(User, await seededUser());
  const logins = [
    { username: "Cornell_42", password: "x" },
    { username: "Cornell_42", password: "" },
    { username: "cornell_42", password: "42424242424242424242" },
    { username: "Cornell_501", password: "501".repeat(10) },
    { username: "Cornell_30", password: "0000000000" },
    { username: "", password: "" },
    { username: "__proto__", password: "" },
    { username: "Cornell_\ufffd", password: "\ufffd" },
  ];

  for (const login of logins) {
    expect(await user.checkUser(login, testCall())).toEqual({ correct: false });
  }
});

inBothWorlds("a user whose stored password is no hash may not log in", async (start) => {
  const mongo = createMemoryMongo();
  const broken = [{ username: "a", password: "" }, { username: "b" } as StoredUser];
  await mongo.collection<StoredUser>("user").insertMany(broken, testCall());
  const user = await start(User, await createUser(mongo, testCall()));

  expect(await user.checkUser({ username: "a", password: "" }, testCall())).toEqual({
    correct: false,
  });
  expect(await user.checkUser({ username: "b", password: "" }, testCall())).toEqual({
    correct: false,
  });
});

test("a start without the database fails, instead of knowing nobody", async () => {
  const mongo = createMemoryMongo();
  const collection: Mongo["collection"] = (name) => ({
    ...mongo.collection(name),
    find: () => Promise.reject(unavailable("no reachable servers")),
  });

  await expect(createUser({ ...mongo, collection }, testCall())).rejects.toThrow("no reachable");
});

test("seeding gives 501 users named by number, and again or twice at once changes nothing", async () => {
  const mongo = createMemoryMongo();
  const users = mongo.collection<StoredUser>("user");

  await Promise.all([seedUser(mongo, testCall()), seedUser(mongo, testCall())]);
  await seedUser(mongo, testCall());

  expect(await users.count({}, testCall())).toBe(501);
  expect(await users.findOne({ username: "Cornell_0" }, testCall())).toMatchObject({
    password: "84d9c4b849506b6d8f8075a9000e7e0a254be71060ea889fad3c88395988f4fc",
  });
  expect(await users.findOne({ username: "Cornell_42" }, testCall())).toMatchObject({
    password: "38cdd07826935c38eb4efa728f3353646cfb964fa1b00c3e5ae46c49e4e359ab",
  });
  expect(await users.findOne({ username: "Cornell_500" }, testCall())).toMatchObject({
    password: "0d024162fd88407ae7a6b31061b4d82b9611bc76bde27a2b59c6e0c57d9a8f82",
  });
});
