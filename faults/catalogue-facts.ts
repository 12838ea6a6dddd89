import type { Signs } from "./signs.ts";

/** The vocabulary of AIOpsLab's analysis task. */
export type SystemLevel = "Hardware" | "Operating System" | "Virtualization" | "Application";
export type FaultType =
  | "Misconfiguration"
  | "Code Defect"
  | "Authentication Issue"
  | "Network/Storage Issue"
  | "Operation Error"
  | "Dependency Problem";

/** Whether a way of running has the very same fault: same mechanism, same remedy. */
export type Fidelity =
  /** Told by `unless`: on which machines it is only similar, and why. */
  | { readonly is: "exact"; readonly unless?: string }
  | { readonly is: "similar"; readonly because: string }
  | { readonly is: "absent"; readonly because: string };

export const exact: Fidelity = { is: "exact" };

export function exactUnless(unless: string): Fidelity {
  return { is: "exact", unless };
}

export function similar(because: string): Fidelity {
  return { is: "similar", because };
}

export function absent(because: string): Fidelity {
  return { is: "absent", because };
}

/** What is true of a fault for those who score an answer, and for those who operate. For the default target. */
export interface CatalogueFacts extends TargetFacts {
  /** What is otherwise with other values of the first parameter that is a name; without one, in another application. */
  readonly targets?: Readonly<Record<string, OtherTarget>>;
}

/** What differs from the default target. */
export interface OtherTarget extends Partial<TargetFacts> {
  readonly blast: TargetFacts["blast"];
}

/** The facts for one target. */
export interface TargetFacts {
  /** What AIOpsLab has of it: its problem ids and the analysis that it expects; undefined where it has none. */
  readonly aiopslab?: {
    readonly problems: readonly string[];
    readonly level?: SystemLevel;
    readonly type?: FaultType;
  };
  /** Our own analysis, and why it differs where AIOpsLab's is wrong. */
  readonly analysis: {
    readonly level: SystemLevel | "none";
    readonly type: FaultType | "none";
    readonly because?: string;
  };
  /** Names that count as the right answer to "where?"; `{service}` and the like stand for a parameter's value, `{database}` and the like for its stores. */
  readonly localisation: readonly string[];
  /** What can be seen from outside while it is on. */
  readonly symptom: string;
  /** Share of the standard mix's requests that can be touched, 0 to 1, and which ones. */
  readonly blast: { readonly share: number; readonly says: string };
  /** What `verify` measures while it is on. */
  readonly signs?: Signs;
  /** What an operator could do by hand, step by step; shell commands as they are typed, behind `$ `. */
  readonly mitigation: readonly string[];
  /** What shows that it is over. */
  readonly recovery: string;
  readonly ways: {
    readonly local: Fidelity;
    readonly compose: Fidelity;
    readonly kubernetes: Fidelity;
  };
}
