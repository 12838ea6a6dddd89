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

/** Creates a user and an index, or drops the ones that were created the time before. */
export async function changeCatalogue(catalogue: Catalogue, database: Db): Promise<void> {
  const number = catalogue.nextNumber++;
  const isCreating = number % 2 === 0;
  const presence = isCreating ? "there" : "gone";
  const user = `user${number - (number % 2)}`;
  const field = `field${number - (number % 2)}`;
  const items = database.collection("items");
  await noting(catalogue.users, user, presence, () =>
    isCreating
      ? database.command({ createUser: user, pwd: "secret", roles: ["read"] })
      : database.command({ dropUser: user }),
  );
  await noting(catalogue.indexes, `${field}_1`, presence, () =>
    isCreating ? items.createIndex({ [field]: 1 }) : items.dropIndex(`${field}_1`),
  );
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
