import type { CallScope } from "@faultline/rpc/call";
import type { Cache } from "@faultline/stores/memcached";
import type { Mongo } from "@faultline/stores/mongo";
import {
  ErrorCode,
  type SocialGraphServiceClient,
  serviceException,
  type UserServiceHandlers,
} from "@faultline/thrift/social";
import { signLogin } from "../login-token.ts";
import type { StoredUser } from "../stored-user.ts";
import type { UniqueIds } from "../unique-ids.ts";
import { type Credentials, findingCredentials } from "./credentials.ts";
import { hashOf, isSameHash } from "./passwords.ts";
import { type Registration, register } from "./registration.ts";
import { assertShort } from "./short-names.ts";
import { createUserIds } from "./user-ids.ts";

export interface UserParts {
  readonly mongo: Mongo;
  readonly cache: Cache;
  readonly graph: SocialGraphServiceClient;
  readonly ids: UniqueIds;
  /** Signs the tokens of logins. */
  readonly secret: string;
  readonly now?: () => number;
}

/** As many ids as are tried for a user, if others have had them before. */
const idsTriedMax = 3;
/** The id that the originals take for none. */
const noId = -1n;

/** Knows the users: who they are, how they register, and how they log in. */
export function createUser(parts: UserParts): UserServiceHandlers {
  const { mongo, cache, graph, ids, secret, now = Date.now } = parts;
  const users = mongo.collection<StoredUser>("user");
  const idOf = createUserIds(users, cache);
  const findCredentials = findingCredentials(users, cache);
  const registering = (wanted: Registration, call: CallScope) =>
    register(wanted, { users, graph }, call);
  return {
    async registerUser(wanted, call) {
      for (let tried = 1; ; tried++) {
        const userId = await ids.next(call);
        const taken = await registering({ ...wanted, userId }, call);
        if (!taken) return;
        if (tried === idsTriedMax) throw taken;
      }
    },

    async registerUserWithId(wanted, call) {
      const taken = await registering(wanted, call);
      if (taken) throw taken;
    },

    async login({ username, password }, call) {
      const found = await findCredentials(username, call);
      assertRight(found, username, password);
      await found.keep(call);
      return signLogin({ userId: found.userId, username }, secret, now());
    },

    // Who posts is taken at his word; the front door knows who it is.
    async composeCreatorWithUserId({ userId, username }) {
      assertShort(username);
      return { userId, username };
    },

    composeCreatorWithUsername: async ({ username }, call) => {
      return { userId: await idOf(username, call), username };
    },

    getUserId: ({ username }, call) => idOf(username, call),
  };
}

function assertRight(known: Credentials, username: string, password: string): void {
  if (known.salt === "" || known.password === "" || known.userId === noId) {
    const text = `Username: ${username} incomplete login information.`;
    throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text);
  }
  if (isSameHash(hashOf(password, known.salt), known.password)) return;
  throw serviceException(ErrorCode.SE_UNAUTHORIZED, "Incorrect username or password");
}
