import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Programs of the machine that are used as they are: how they may be called, and Debian's package. One with a `daemon`
 * brings a server of that name along, which Debian starts at once and nobody asked for.
 */
const programs = {
  chromium: { names: ["chromium", "chromium-browser", "google-chrome"], debian: "chromium" },
  memcached: { names: ["memcached"], debian: "memcached" },
  redis: { names: ["redis-server"], debian: "redis-server", daemon: "redis-server" },
};

/** Stops a server of the system's and keeps it from its next start: for machines with systemd, and for others. */
const retire =
  'systemctl disable --now "$0" || { service "$0" stop; update-rc.d "$0" disable; } || true';

/** Shared libraries that the workspace's own Node asks for and a bare Debian lacks: file, and Debian's package. */
const libraries = { "libatomic.so.1": "libatomic1", "libstdc++.so.6": "libstdc++6" };

const outputMaxBytes = 64 * 1024;
const stillBusyMs = 10_000;

/** Installs those that are missing, if that is possible here; else says what to do. True if all are there. */
export async function ensurePrograms(wanted) {
  const missing = wanted.filter((name) => !programs[name].names.some(isInstalled));
  if (missing.length === 0) return true;

  const done = await installed(
    missing.join(" and "),
    missing.map((name) => programs[name].debian),
  );
  const daemons = missing.flatMap((name) => programs[name].daemon ?? []);
  if (done) for (const daemon of daemons) await asRoot(["sh", "-c", retire, daemon]);
  return done;
}

/** Makes sure that this Node can run, which may take a library of the system. True if it can. */
export async function ensureRuns(node) {
  const { status, stderr } = spawnSync(node, ["--version"], { encoding: "utf8" });
  if (status === 0) return true;

  const missing = Object.keys(libraries).filter((file) => stderr?.includes(file));
  if (missing.length === 0) {
    console.error(`${stderr ?? ""}\n${node} does not run here; the lines above say why.`);
    return false;
  }
  const packages = missing.map((file) => libraries[file]);
  return (await installed(packages.join(" and "), packages)) && ensureRunsNow(node);
}

function ensureRunsNow(node) {
  const { status, stderr } = spawnSync(node, ["--version"], { encoding: "utf8" });
  if (status !== 0) console.error(`${stderr}\n${node} still does not run here.`);
  return status === 0;
}

/** Installs packages of Debian's, or says what to do. True if they are there now. */
async function installed(names, packages) {
  const aptGet = isInstalled("apt-get") ? asRootCommand(aptGetCommand) : undefined;
  if (!aptGet) {
    console.error(`${names} must be installed on this machine first. ${byHand(packages)}`);
    return false;
  }
  console.log(`Installing ${names} (apt-get install ${packages.join(" ")}) …`);
  const { ok, output } = await install(aptGet, packages);
  if (ok) return true;
  console.error(output.trim());
  console.error(`\n${names} could not be installed; the lines above say why. ${byHand(packages)}`);
  return false;
}

/** A fresh machine has no package lists yet, so a failure is tried again after fetching them. */
async function install(aptGet, packages) {
  const command = [...aptGet, "install", "-y", "--no-install-recommends", ...packages];
  const first = await quietly(command);
  if (first.ok) return first;
  const lists = await quietly([...aptGet, "update"]);
  return lists.ok ? quietly(command) : lists;
}

const aptGetCommand = [
  "env",
  "DEBIAN_FRONTEND=noninteractive",
  "apt-get",
  "-o",
  "DPkg::Lock::Timeout=60",
];

async function asRoot(command) {
  const asked = asRootCommand(command);
  if (asked) await quietly(asked);
}

/** The command with what it takes to be root, or nothing if this user cannot without being asked. */
function asRootCommand(command) {
  if (process.getuid?.() === 0) return command;
  const mayBeRoot = isInstalled("sudo") && spawnSync("sudo", ["-n", "true"]).status === 0;
  return mayBeRoot ? ["sudo", "-n", ...command] : undefined;
}

function byHand(packages) {
  const names = packages.join(" ");
  if (isInstalled("apt-get"))
    return `Run:\n\n    sudo apt-get update && sudo apt-get install ${names}\n`;
  if (isInstalled("brew")) return `Run:\n\n    brew install ${names}\n`;
  return `Install it with this system's package manager (package names on Debian: ${names}).\n`;
}

/** Keeps what the command says for the case that it fails, and shows meanwhile that it still works. */
async function quietly([program, ...args]) {
  const startMs = Date.now();
  const seconds = () => Math.round((Date.now() - startMs) / 1_000);
  const timer = setInterval(() => console.log(`  still busy after ${seconds()} s`), stillBusyMs);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output = (output + text).slice(-outputMaxBytes);
    });
  }
  const code = await new Promise((resolve) => {
    child.once("close", resolve);
    child.once("error", () => resolve(127));
  });
  clearInterval(timer);
  return { ok: code === 0, output };
}

/** Daemons live in folders that an ordinary user's `PATH` may leave out. */
function isInstalled(name) {
  const folders = (process.env.PATH ?? "").split(delimiter).concat("/usr/sbin", "/usr/local/sbin");
  return folders.some((folder) => isExecutable(join(folder, name)));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: either way it cannot be used.
    return false;
  }
}
