import type { FlagConfig } from "@faultline/config";
import {
  emptyDocument,
  type FlagDocument,
  parseFlagDocument,
} from "@faultline/faults/flags/document";
import type { Logger } from "@faultline/telemetry";

/** The feature flags of a process, as one document that may change at any time. */
export interface Flags {
  /** Calls back with the document now, and with each new one. Resolves when the first has been acted on. */
  follow(onDocument: (document: FlagDocument) => Promise<void>): Promise<void>;
  close(): void;
}

/** Flags that whoever made them sets. */
export interface SettableFlags extends Flags {
  /** Resolves when everybody who follows has acted on the document. */
  put(document: FlagDocument): Promise<void>;
}

export function createFlags(): SettableFlags {
  const followers = new Set<(document: FlagDocument) => Promise<void>>();
  let current = emptyDocument;
  return {
    async follow(onDocument) {
      followers.add(onDocument);
      await onDocument(current);
    },
    async put(document) {
      current = document;
      await Promise.all([...followers].map((follower) => follower(document)));
    },
    close: () => followers.clear(),
  };
}

/** Opens the flags that the settings name, and reads them. The caller closes them. */
export async function openFlags(config: FlagConfig, log: Logger): Promise<Flags> {
  const { file, server, variables } = config;
  const base = await flagsOfVariables(variables);
  const flags = createFlags();
  await flags.put({ ...emptyDocument, flags: base });
  let taking = Promise.resolve();
  const take = (text: string | undefined) => {
    taking = taking.then(() => takeText(text, { base, flags, log }));
  };
  const stop = await followSource({ file, server }, take, log);
  await taking;
  return {
    follow: flags.follow,
    close() {
      stop();
      flags.close();
    },
  };
}

/** A document that cannot be understood changes nothing: what was true before stays so. */
async function takeText(
  text: string | undefined,
  to: { base: FlagDocument["flags"]; flags: SettableFlags; log: Logger },
): Promise<void> {
  try {
    const document = text === undefined ? emptyDocument : parseFlagDocument(text);
    await to.flags.put({ ...document, flags: { ...to.base, ...document.flags } });
  } catch {
    // Why, would tell what is in it.
    to.log.warn("feature flags unreadable");
  }
}

/** What `FAULT_<NAME>=<variant>` asks for. Throws if one names nothing. */
async function flagsOfVariables(
  variables: ReadonlyMap<string, string>,
): Promise<FlagDocument["flags"]> {
  if (variables.size === 0) return {};
  const [{ faults }, { faultVariable }, { flagOfVariant }] = await Promise.all([
    import("@faultline/faults"),
    import("@faultline/faults/fault"),
    import("@faultline/faults/flags/flag-of"),
  ]);
  const entries = [...variables].map(([variable, variant]) => {
    const fault = faults.find((candidate) => faultVariable(candidate) === variable);
    const flag = fault && flagOfVariant(fault, variant);
    if (!flag) throw new Error(`${variable}=${variant} names nothing that can be turned on`);
    return [fault.name, flag] as const;
  });
  return Object.fromEntries(entries);
}

async function followSource(
  { file, server }: Pick<FlagConfig, "file" | "server">,
  take: (text: string | undefined) => void,
  log: Logger,
): Promise<() => void> {
  if (file !== undefined) {
    const { watchFile } = await import("@faultline/faults/flags/watch-file");
    return watchFile(file, take);
  }
  if (server === undefined) return () => {};
  const { followFlagd } = await import("@faultline/rpc/grpc/flagd-sync");
  return followFlagd(server, take, (reason) => log.warn("feature flags unreachable", { reason }));
}
