import type { RequiredPrivilege, Resource } from "../commands/command.ts";

/**
 * What a privilege is granted on. An empty `db` means every database but `local` and
 * `config`; an empty `collection` means every collection that is not a system collection.
 */
export type GrantedResource = Resource | { readonly anyResource: true };

/** What a role allows: some actions on one kind of resource. */
export type Privilege = {
  readonly resource: GrantedResource;
  readonly actions: readonly string[];
};

/** Databases that "every database" leaves out, because a server keeps its own things there. */
const reservedDatabases = new Set(["local", "config"]);

/** The privileges of somebody, put together so that one check costs a few look-ups. */
export class PrivilegeSet {
  readonly #actions = new Map<string, Set<string>>();

  constructor(privileges: Iterable<Privilege> = []) {
    for (const privilege of privileges) this.add(privilege);
  }

  add({ resource, actions }: Privilege): void {
    const key = keyOf(resource);
    const known = this.#actions.get(key);
    if (!known) this.#actions.set(key, new Set(actions));
    else for (const action of actions) known.add(action);
  }

  remove({ resource, actions }: Privilege): void {
    const key = keyOf(resource);
    const known = this.#actions.get(key);
    for (const action of actions) known?.delete(action);
    if (known?.size === 0) this.#actions.delete(key);
  }

  /** Whether each of the actions is allowed on the resource by some privilege. */
  allows({ resource, actions }: RequiredPrivilege): boolean {
    const keys = keysThatCover(resource);
    return actions.every((action) => keys.some((key) => this.#actions.get(key)?.has(action)));
  }

  /** Whether anything at all is allowed in the database, as listDatabases asks. */
  touchesDatabase(db: string): boolean {
    const covering = new Set(keysThatCover({ db, collection: "" }));
    for (const key of this.#actions.keys()) {
      if (covering.has(key) || key.startsWith(`in ${db}.`)) return true;
    }
    return false;
  }

  /** The privileges as a document shows them, one a resource. */
  list(): Privilege[] {
    return [...this.#actions].map(([key, actions]) => ({
      resource: resourceOf(key),
      actions: [...actions].sort(),
    }));
  }
}

/** The keys under which a privilege that covers `resource` may stand, as MongoDB matches. */
function keysThatCover(resource: Resource): string[] {
  if ("cluster" in resource) return ["any", "cluster"];

  const { db, collection } = resource;
  const everyDatabase = reservedDatabases.has(db) ? [] : [keyOf({ db: "", collection: "" })];
  if (collection === "") return ["any", ...everyDatabase, keyOf(resource)];

  const exact = [keyOf({ db: "", collection }), keyOf(resource)];
  if (collection.startsWith("system.")) return ["any", ...exact];
  return ["any", ...everyDatabase, keyOf({ db, collection: "" }), ...exact];
}

function keyOf(resource: GrantedResource): string {
  if ("anyResource" in resource) return "any";
  if ("cluster" in resource) return "cluster";
  return `in ${resource.db}.${resource.collection}`;
}

function resourceOf(key: string): GrantedResource {
  if (key === "any") return { anyResource: true };
  if (key === "cluster") return { cluster: true };
  const dot = key.indexOf(".");
  return { db: key.slice("in ".length, dot), collection: key.slice(dot + 1) };
}
