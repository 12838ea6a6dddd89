import { type Command, onCluster } from "./command.ts";

export const getCmdLineOpts: Command = {
  help: "The command line that the server was started with",
  privileges: onCluster("getCmdLineOpts"),
  adminOnly: true,
  run: ({ instance }) => ({
    argv: [...instance.commandLine.argv],
    parsed: instance.commandLine.parsed,
    ok: 1,
  }),
};
