import { defineConfig } from "vitest/config";

// biome-ignore lint/style/noDefaultExport: vitest asks for it.
export default defineConfig({
  test: {
    include: ["{bench,bin,docker,docs,faults,loadgen,packages,proto,services,thrift}/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    // Real servers are started by many tests; two cores carry two files at a time.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
