import { accessSync, constants } from "node:fs";
import { LaunchError } from "../launch-error.ts";
import type { Behaviour } from "./behaviour.ts";

/** Refuses to start while a program is missing, instead of letting one server after the other fail. */
export const requirePrograms: Behaviour = ({ children }) => ({
  beforeStart() {
    const missing = [...children.values()].filter(
      ({ plan }) => !isExecutable(plan.command.program),
    );
    if (missing.length === 0) return;
    const lines = missing.map(({ plan }) => `  ${plan.command.program}, which ${plan.name} needs`);
    throw new LaunchError(
      `A program is missing or cannot be executed:\n${lines.join("\n")}\nInstall it, or run npm start again to have it installed.`,
    );
  },
});

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: either way it cannot be run.
    return false;
  }
}
