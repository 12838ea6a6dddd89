import type { Document } from "bson";
import { authorize } from "./access/authorize.ts";
import { field, isDocument, optionalCount, toNumber } from "./arguments.ts";
import type { Client } from "./client.ts";
import type { Call, Command, Reply } from "./commands/command.ts";
import { findCommand } from "./commands/index.ts";
import { errorReply, MongoError, toMongoError } from "./errors.ts";
import type { Instance } from "./instance.ts";
import { redacted } from "./log/redact.ts";
import { shortened } from "./log-command.ts";
import { interruptCheck, type Operation } from "./operations.ts";
import { type RetryKey, retryKeyOf } from "./sessions.ts";
import type { Request } from "./wire/message.ts";

/**
 * What is true of every command: it is known, it is allowed, it is counted, it can be
 * interrupted, a retry of a write is answered once more, its write concern is waited for, and
 * whatever is thrown becomes a reply. Never throws; a promise only where something is awaited.
 */
export function dispatch(
  request: Request,
  client: Client,
  instance: Instance,
): Reply | Promise<Reply> {
  const { name, body } = request;
  const operation = instance.operations.begin({
    client,
    name,
    namespace: namespaceOf(request),
    body,
  });
  const end = (reply: Reply, error?: unknown): Reply => {
    instance.operations.end(operation);
    logSlow(operation, { instance, error });
    return reply;
  };
  const fail = (error: unknown): Reply => end(errorReply(error), error);
  try {
    const found = findCommand(name);
    if (!found) throw new MongoError("CommandNotFound", `no such command: '${name}'`);
    const run = (command: Command) => runCommand(command, { request, operation, instance });
    const reply = found instanceof Promise ? found.then(run) : run(found);
    return reply instanceof Promise ? reply.then(end, fail) : end(reply);
  } catch (error) {
    return fail(error);
  }
}

interface Running {
  readonly request: Request;
  readonly operation: Operation;
  readonly instance: Instance;
}

function runCommand(
  command: Command,
  { request, operation, instance }: Running,
): Reply | Promise<Reply> {
  const { name, db, body, sequences } = request;
  if (command.adminOnly && db !== "admin") {
    throw new MongoError("Unauthorized", `${name} may only be run against the admin database.`);
  }
  const { client } = operation;
  const checkInterrupt = interruptCheck(operation, maxTimeOf(name, body));
  const call: Call = { name, db, body, sequences, client, instance, checkInterrupt };
  authorize(
    call,
    { beforeLogin: command.beforeLogin ?? false, privileges: () => command.privileges(call) },
    instance,
  );
  operation.writes = typeof command.writes === "function" ? command.writes(call) : !!command.writes;
  if (operation.writes) return runWrite(command, call);
  if (body.autocommit === false) retryKeyOf(body);
  return command.run(call);
}

/** A write that the session has sent before is not done again: its reply is. */
function runWrite(command: Command, call: Call): Reply | Promise<Reply> {
  const { sessions } = call.instance;
  const concern = writeConcernOf(call);
  const key = retryKeyOf(call.body);
  const underWay = key && sessions.whenDone(key);
  if (underWay) {
    return underWay.then(() => {
      call.checkInterrupt();
      return runWrite(command, call);
    });
  }
  const earlier = key && sessions.replyTo(key);
  if (earlier) return earlier;
  const reply = command.run(call);
  if (!(reply instanceof Promise)) return settle(reply, { call, key, concern });
  const settled = reply.then((done) => settle(done, { call, key, concern }));
  if (key) sessions.begin(key, settled);
  return settled;
}

interface Settling {
  readonly call: Call;
  readonly key: RetryKey | undefined;
  readonly concern: WriteConcern;
}

function settle(reply: Reply, { call, key, concern }: Settling): Reply | Promise<Reply> {
  // Users and roles lie in collections of `admin`, which any write may have changed.
  if (call.db === "admin") call.instance.control.reload();
  if (key) call.instance.sessions.remember(key, reply);
  return concern.durable ? call.instance.storage.flush().then(() => reply) : reply;
}

interface WriteConcern {
  /** The reply waits until the write survives a loss of power. */
  readonly durable: boolean;
}

function writeConcernOf({ body }: Call): WriteConcern {
  const concern: unknown = body.writeConcern;
  if (!isDocument(concern)) return { durable: false };
  const { w, j } = concern;
  const acknowledgements = toNumber(w);
  if (acknowledgements !== undefined && acknowledgements > 1) {
    throw new MongoError("BadValue", "cannot use 'w' > 1 when a host is not replicated");
  }
  if (typeof w === "string" && w !== "majority") {
    throw new MongoError(
      "BadValue",
      "cannot use non-majority 'w' mode when a host is not replicated",
    );
  }
  const journaled = j === true || (toNumber(j) ?? 0) !== 0;
  return { durable: w !== undefined && w === "majority" ? j !== false : journaled };
}

function maxTimeOf(name: string, body: Document): number {
  return name === "getMore" ? 0 : (optionalCount(field(body, "maxTimeMS", name)) ?? 0);
}

function namespaceOf({ name, db, body }: Request): string {
  const collection: unknown = name === "getMore" ? body.collection : body[name];
  return typeof collection === "string" ? `${db}.${collection}` : `${db}.$cmd`;
}

function logSlow(
  operation: Operation,
  { instance, error }: { instance: Instance; error: unknown },
): void {
  const durationMillis = Math.floor(performance.now() - operation.startedAtMs);
  if (durationMillis < instance.slowMs) return;
  const failed = error === undefined ? undefined : toMongoError(error);
  instance.log.write("slowQuery", `conn${operation.client.id}`, {
    type: "command",
    ns: operation.namespace,
    appName: applicationOf(operation.client),
    command: shortened(redacted(operation.body)),
    ...(failed
      ? { ok: 0, errMsg: failed.message, errName: failed.codeName, errCode: failed.code }
      : {}),
    remote: operation.client.remote,
    protocol: "op_msg",
    durationMillis,
  });
}

function applicationOf({ metadata }: Client): string | undefined {
  const application: unknown = metadata?.application;
  return isDocument(application) && typeof application.name === "string"
    ? application.name
    : undefined;
}
