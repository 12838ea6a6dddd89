import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/** Where one replica listens. */
export interface Address {
  /** An IP address, or a name whose first address is meant. */
  readonly host: string;
  readonly port: number;
  /** `host:port` as it was asked for: what the server is told, and what its certificate should say. */
  readonly authority: string;
}

/** Replicas by their addresses, or one name whose addresses are then the replicas. */
export type Target =
  | { readonly kind: "addresses"; readonly addresses: readonly Address[] }
  | { readonly kind: "name"; readonly name: string; readonly port: number };

/** Reads `host:port` of each replica. Throws if several are given other than by address. */
export function targetOf(texts: readonly string[]): Target {
  const places = texts.map(parseAddress);
  const [only] = places;
  if (only && places.length === 1 && isIP(only.host) === 0)
    return { kind: "name", name: only.host, port: only.port };
  if (!only || places.some(({ host }) => isIP(host) === 0))
    throw new Error(`several replicas need IP addresses, not names: ${texts.join(", ")}`);
  return { kind: "addresses", addresses: places };
}

/** Reads `host:port`; the host may be a name, and IPv6 stands in brackets. */
export function parseAddress(text: string): Address {
  const colon = text.lastIndexOf(":");
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  return { host, port: Number(text.slice(colon + 1)), authority: text };
}

/** The host that an address is known by: a name, or an IP address without brackets. */
export function hostOf({ authority }: Pick<Address, "authority">): string {
  return parseAddress(authority).host;
}

/** All addresses of a name, in the order of the resolver. Rejects if it has none. */
export async function resolve(name: string, port: number): Promise<readonly Address[]> {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => ({ host: address, port, authority: `${name}:${port}` }));
}
