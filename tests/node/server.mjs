// The real binary in a folder of its own, with a store and an administrator.

import { spawn, execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

/** Starts it, with more settings. What `diglot init` printed is there as well. */
export async function serve(more = {}) {
  const binary = process.env.DIGLOT;
  if (!binary) throw new Error("DIGLOT must name the binary to test: use `make test-node`");
  const folder = await mkdtemp(join(tmpdir(), "diglot-node-"));
  const settings = {
    DIGLOT_SERVER__BIND: "127.0.0.1:0",
    DIGLOT_DATABASE__URL: `sqlite://${folder}/diglot.db`,
    DIGLOT_LOG__FORMAT: "json",
    DIGLOT_PASSWORDS__BCRYPT_COST: "4",
    ...more,
  };
  const options = { cwd: folder, env: { PATH: process.env.PATH, ...settings } };
  const printed = await promisify(execFile)(binary, ["init", "--json"], options);
  const child = spawn(binary, ["serve"], { ...options, stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true });
  };
  return { ...JSON.parse(printed.stdout), address: await address(child), stop };
}

/** Where it serves, as its log tells. */
function address(child) {
  return new Promise((resolve, reject) => {
    const said = [];
    child.once("exit", () => reject(new Error(`the server ended: ${said.join("\n")}`)));
    createInterface({ input: child.stderr }).on("line", (line) => {
      said.push(line);
      const found = /"address":"([^"]+)"/.exec(line);
      if (found) resolve(`http://${found[1]}`);
    });
  });
}
