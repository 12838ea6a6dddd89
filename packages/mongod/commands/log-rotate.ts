import { type Command, onCluster } from "./command.ts";

export const logRotate: Command = {
  help: "Begins a new log file",
  privileges: onCluster("logRotate"),
  adminOnly: true,
  async run({ instance }) {
    await instance.log.rotate();
    return { ok: 1 };
  },
};
