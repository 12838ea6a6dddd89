import type { Db } from "mongodb";

/**
 * The users and indexes that were asked for, by name: there, gone, or, where the server died
 * before it answered, in doubt.
 */
export type Catalogue = {
  readonly users: Map<string, Presence>;
  readonly indexes: Map<string, Presence>;
  nextNumber: number;
};

type Presence = "there" | "gone" | "in doubt";

/** A catalogue of nothing. */
export function createCatalogue(): Catalogue {
  return { users: new Map(), indexes: new Map(), nextNumber: 0 };
}

/** Drops a user and an index that are there, or creates new ones. */
export async function changeCatalogue(catalogue: Catalogue, database: Db): Promise<void> {
  const { users, indexes } = catalogue;
  const items = database.collection("items");
  const number = catalogue.nextNumber++;
  const user = oldest(users);
  const index = oldest(indexes);
  if (user !== undefined) {
    await noting(users, user, "gone", () => database.command({ dropUser: user }));
  } else {
    const createUser = `user${number}`;
    const command = { createUser, pwd: "secret", roles: ["read"] };
    await noting(users, createUser, "there", () => database.command(command));
  }
  if (index !== undefined) {
    await noting(indexes, index, "gone", () => items.dropIndex(index));
  } else {
    const field = `field${number}`;
    await noting(indexes, `${field}_1`, "there", () => items.createIndex({ [field]: 1 }));
  }
}

/** The first of those that are there, if they are many; so that some outlive a few deaths. */
function oldest(names: Map<string, Presence>): string | undefined {
  const there = [...names].filter(([, presence]) => presence === "there");
  return there.length > 3 ? there[0]?.[0] : undefined;
}

async function noting(
  names: Map<string, Presence>,
  name: string,
  presence: Presence,
  change: () => Promise<unknown>,
): Promise<void> {
  names.set(name, "in doubt");
  await change();
  names.set(name, presence);
}

/** A sentence for each user or index that is there and should not be, or the other way. */
export async function checkCatalogue(catalogue: Catalogue, database: Db): Promise<string[]> {
  const { users } = await database.command({ usersInfo: 1 });
  const indexes = await database.collection("items").indexes();
  const userNames = users.map(({ user }: { user: string }) => user);
  const indexNames = indexes.map(({ name }) => name ?? "");
  return [
    ...compare("user", catalogue.users, userNames),
    ...compare("index", catalogue.indexes, indexNames),
  ];
}

function compare(kind: string, names: Map<string, Presence>, found: string[]): string[] {
  const wrongs: string[] = [];
  for (const [name, presence] of names) {
    const actual = found.includes(name) ? "there" : "gone";
    if (presence !== "in doubt" && presence !== actual) {
      wrongs.push(`${kind} ${name} should be ${presence}, and is ${actual}`);
    }
    names.set(name, actual);
  }
  return wrongs;
}
