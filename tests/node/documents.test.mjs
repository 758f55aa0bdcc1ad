// The API documents, as a linter reads them that nobody here wrote.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

const kept = (name) => new URL(`../openapi/${name}`, import.meta.url).pathname;
const tool = new URL("node_modules/.bin/redocly", import.meta.url).pathname;

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "diglot-lint-"));
});
after(() => rm(folder, { recursive: true }));

/** Runs the linter, which asks nobody and tells nobody. */
async function redocly(...words) {
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  return promisify(execFile)(tool, words, { env, cwd: folder, maxBuffer: 16 << 20 }).catch((failed) => failed);
}

/** What it finds in a document. */
async function findings(file) {
  const { stdout, stderr } = await redocly("lint", file, "--extends=recommended", "--format=json");
  assert.match(stdout, /^\s*\{/, stderr);
  return JSON.parse(stdout).problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`);
}

for (const dialect of ["mechamental", "maisa"]) {
  for (const form of ["json", "yaml"]) {
    test(`nothing is wrong with ${dialect}.${form}`, async () => {
      assert.deepEqual(await findings(kept(`${dialect}.${form}`)), []);
    });
  }

  test(`both forms of ${dialect} say the same`, async () => {
    const { stdout } = await redocly("bundle", kept(`${dialect}.yaml`), "--ext=json");
    assert.deepEqual(JSON.parse(stdout), JSON.parse(await readFile(kept(`${dialect}.json`))));
  });
}

test("a document with a fault does not pass", async () => {
  const document = JSON.parse(await readFile(kept("maisa.json")));
  document.paths["/v1/users"].get.parameters[0].in = "nowhere";
  document.components.responses.NotFound.content["application/json"].example.error.code = "NO_SUCH_CODE";
  const file = join(folder, "doctored.json");
  await writeFile(file, JSON.stringify(document));
  const found = (await findings(file)).join("\n");
  assert.match(found, /^struct: .*`in`/m);
  assert.match(found, /^no-invalid-media-type-examples: /m);
});
