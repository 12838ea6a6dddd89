import type { UUID } from "bson";
import type { Client } from "../client.ts";
import type { RequiredPrivilege } from "../commands/command.ts";
import type { AccessControl } from "./access-control.ts";
import type { UserDocument, UserName } from "./documents.ts";
import { type Privilege, PrivilegeSet } from "./privileges.ts";
import type { ScramConversation } from "./scram-conversation.ts";

export type LoginUnderWay = {
  readonly conversation: ScramConversation;
  readonly db: string;
  readonly speculative: boolean;
};

type LoggedIn = UserName & { readonly userId: UUID };

/** What a connection from this machine may do while there are no users: make the first. */
const firstUserPrivileges: readonly Privilege[] = ["admin", "$external"].map((db) => ({
  resource: { db, collection: "" },
  actions: ["createRole", "createUser", "grantRole"],
}));

/**
 * Who has logged in on one connection, and what they may do. It follows every change of users
 * and roles: whoever is dropped, or dropped and made anew, is no longer logged in.
 */
export class ClientAccess {
  /** A login that has begun on this connection and waits for the client's next message. */
  login: LoginUnderWay | undefined;
  readonly #control: AccessControl;
  readonly #isLocal: boolean;
  #loggedIn: readonly LoggedIn[] = [];
  #privileges = new PrivilegeSet();
  #seenVersion = -1;

  constructor(control: AccessControl, options: { readonly isLocal: boolean }) {
    this.#control = control;
    this.#isLocal = options.isLocal;
  }

  /** One user a database: a second login in the same database takes the place of the first. */
  logIn({ user, db, userId }: UserDocument): void {
    const others = this.#loggedIn.filter((known) => known.db !== db);
    this.#loggedIn = [...others, { user, db, userId }];
    this.#seenVersion = -1;
  }

  logOut(db: string): void {
    this.#loggedIn = this.#loggedIn.filter((known) => known.db !== db);
    this.#seenVersion = -1;
  }

  /** Those who have logged in and still exist. */
  users(): readonly UserDocument[] {
    this.#refresh();
    return this.#loggedIn.map((name) => this.#control.user(name));
  }

  /** Whether anybody has logged in, or the first user is yet to be made from here. */
  get isKnown(): boolean {
    this.#refresh();
    return this.#loggedIn.length > 0 || this.usesLocalhostException;
  }

  get usesLocalhostException(): boolean {
    return this.#isLocal && !this.#control.hasUsers;
  }

  /** Whether all of it is allowed. Without `--auth`, everything is. */
  allows(required: readonly RequiredPrivilege[]): boolean {
    if (!this.#control.isEnabled) return true;
    this.#refresh();
    return required.every((privilege) => this.#privileges.allows(privilege));
  }

  /** Whether anything is allowed in the database. */
  touchesDatabase(db: string): boolean {
    if (!this.#control.isEnabled) return true;
    this.#refresh();
    return this.#privileges.touchesDatabase(db);
  }

  privileges(): readonly Privilege[] {
    this.#refresh();
    return this.#privileges.list();
  }

  #refresh(): void {
    if (this.#seenVersion === this.#control.version) return;
    this.#loggedIn = this.#loggedIn.filter((name) =>
      this.#control.findUser(name)?.userId.equals(name.userId),
    );
    const roles = this.#loggedIn.flatMap((name) => this.#control.user(name).roles);
    this.#privileges = new PrivilegeSet(this.#control.privilegesOf(roles));
    if (this.usesLocalhostException) {
      for (const privilege of firstUserPrivileges) this.#privileges.add(privilege);
    }
    this.#seenVersion = this.#control.version;
  }
}

/** Who has logged in on the connection, as one text; empty if logins are not asked for. */
export function userNames(client: Client, control: AccessControl): string {
  if (!control.isEnabled) return "";
  const users = accessOf(client, control).users();
  return users
    .map(({ user, db }) => `${user}@${db}`)
    .sort()
    .join();
}

/** What the connection may do; made when it is first asked for. */
export function accessOf(client: Client, control: AccessControl): ClientAccess {
  if (client.access instanceof ClientAccess) return client.access;
  const access = new ClientAccess(control, { isLocal: client.isLocal });
  client.access = access;
  return access;
}
