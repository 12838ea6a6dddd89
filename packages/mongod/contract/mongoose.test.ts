import mongoose, { Schema } from "mongoose";
import { expect, onTestFinished, test } from "vitest";
import { startServer } from "../server.ts";
import { createMemoryStorage } from "../storage/memory.ts";

test("Mongoose connects, builds its indexes, and keeps and finds its models", async () => {
  const server = await startServer({ port: 0, storage: createMemoryStorage() });
  const connection = await mongoose
    .createConnection(`mongodb://127.0.0.1:${server.port}/shop`)
    .asPromise();
  onTestFinished(async () => {
    await connection.close();
    await server.close();
  });
  const Owner = connection.model("Owner", new Schema({ name: String }));
  const schema = new Schema(
    {
      name: { type: String, required: true, unique: true },
      tags: [String],
      owner: { type: Schema.Types.ObjectId, ref: "Owner" },
      visits: [{ at: Date, note: String }],
    },
    { timestamps: true },
  );
  const Pet = connection.model("Pet", schema);
  await Pet.init();
  const owner = await Owner.create({ name: "Ada" });
  await Pet.create({
    name: "Rex",
    tags: ["dog"],
    owner: owner._id,
    visits: [{ at: new Date(0), note: "first" }],
  });
  await expect(Pet.create({ name: "Rex" })).rejects.toMatchObject({ code: 11000 });
  const found = await Pet.findOne({ tags: "dog" })
    .populate<{ owner: { name: string } }>("owner")
    .orFail();
  expect(found.owner.name).toBe("Ada");
  found.visits.push({ at: new Date(1), note: "second" });
  await found.save();
  const updated = await Pet.findOneAndUpdate(
    { name: "Rex" },
    { $pull: { visits: { note: "first" } } },
    { returnDocument: "after" },
  );
  expect(updated?.visits.map(({ note }) => note)).toEqual(["second"]);
  const [group] = await Pet.aggregate([{ $group: { _id: "$owner", count: { $sum: 1 } } }]);
  expect(group).toMatchObject({ _id: owner._id, count: 1 });
});
