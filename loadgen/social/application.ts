import { InvalidArgumentError, Option } from "commander";
import type { Application, Given } from "../application.ts";
import { trafficOf } from "../runner/traffic.ts";
import { checkErrand } from "./check/check.ts";
import { Containers } from "./check/containers.ts";
import { Launcher } from "./check/launcher.ts";
import type { Running } from "./check/running.ts";
import { findBase } from "./find-base.ts";
import { defaultGraph, type Graph } from "./graph.ts";
import { readGraph } from "./graph-file.ts";
import { initErrand } from "./init.ts";
import { mixes, mixOf } from "./mix.ts";
import { baseOf, bases, Posts } from "./posts.ts";

/** Social Network, as the load sees it. */
export const social: Application = {
  url: "http://127.0.0.1:8080",
  scriptOrigin: "http://localhost:8080",
  mixes,
  bases,
  basesSay: "who is registered and follows whom: as --init makes it, or who knows",
  options: [
    new Option("--init", "instead of traffic: register users and have them follow each other"),
    new Option("--graph <file>", "who follows whom: *.edges and *.nodes; else 18812 edges of 962"),
    new Option("--compose <number>", "with --init: posts that there shall be then")
      .argParser(count)
      .default(0),
    new Option(
      "--check <number>",
      "instead of traffic: kill processes of the application at random while so many posts are made, and look for what got lost",
    ).argParser(count),
    new Option("--data-dir <directory>", "with --check: where `npm start` keeps its data").default(
      ".faultline/social",
    ),
    new Option(
      "--project <name>",
      "with --check: the application runs as that project of docker compose",
    ),
  ],
  traffic({ seed, mix, base, given }) {
    const graph = graphOf(given);
    const known = baseOf(base) === "init" ? graph : undefined;
    return trafficOf(mixOf(mix, graph.users), new Posts(known), seed);
  },
  async lookAt({ base, given }, client) {
    return baseOf(base) === "init" ? findBase(graphOf(given), client) : undefined;
  },
  errand(given) {
    if (given.init === true) {
      return initErrand({ graph: graphOf(given), posts: Number(given.compose) });
    }
    if (given.check === undefined) return undefined;
    return checkErrand({ posts: Number(given.check), running: runningOf(given) });
  },
};

function runningOf({ project, dataDir }: Given): Running {
  return typeof project === "string" ? new Containers(project) : new Launcher(String(dataDir));
}

function graphOf({ graph }: Given): Graph {
  return typeof graph === "string" ? readGraph(graph) : defaultGraph();
}

function count(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number up to 9999999.");
}
