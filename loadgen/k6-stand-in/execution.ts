export const scenario = { iterationInTest: 0 };
export const instance = { iterationsCompleted: 0, iterationsInterrupted: 0, vusActive: 1 };

/** Tells the script where it is. */
export function begin(iteration: number): void {
  scenario.iterationInTest = iteration;
  instance.iterationsCompleted = iteration;
}

// biome-ignore lint/style/noDefaultExport: k6 has one.
export default { scenario, instance };
