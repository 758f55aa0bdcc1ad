// The page on which people read and try the APIs, in a real browser.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "./server.mjs";

const BROWSER = process.env.CHROMIUM ?? "/usr/bin/chromium";
const HERE = { timeout: 15_000 };

let server, browser;
before(async () => {
  server = await serve();
  // Nothing but the server can be reached. The superuser has no sandbox.
  const args = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
  if (process.getuid?.() === 0) args.push("--no-sandbox");
  browser = await chromium.launch({ executablePath: BROWSER, args });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A visit to the page, of which every request and every complaint of the browser is kept. */
async function visit() {
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked = [];
  const complaints = [];
  context.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => message.type() !== "log" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`${server.address}/docs`);
  return { context, page, asked, complaints };
}

/** Waits until the document of an API is shown, with so many operations. */
async function shows(page, title, operations) {
  await page.locator(".info .title", { hasText: title }).waitFor(HERE);
  await page.locator(".opblock").nth(operations - 1).waitFor(HERE);
  assert.equal(await page.locator(".opblock").count(), operations);
  assert.equal(await page.locator("#document option:checked").textContent(), title);
}

/** Presents the key. */
async function authorise(page) {
  await page.locator(".auth-wrapper .authorize").click(HERE);
  await page.locator(".auth-container input").fill(server.key, HERE);
  await page.locator(".auth-container button[type=submit]").click(HERE);
  await page.locator(".auth-container .btn-done").click(HERE);
}

/** Tries the list, and gives the status and the text of the answer. */
async function list(page, fill) {
  const operation = page.locator("[id$=listUsers]");
  await operation.locator(".opblock-summary-control").click(HERE);
  await operation.locator(".try-out__btn").click(HERE);
  await fill(operation);
  await operation.locator(".execute").click(HERE);
  const answer = operation.locator(".live-responses-table .response").first();
  const status = await answer.locator(".response-col_status").first().textContent(HERE);
  return { status: status.trim().slice(0, 3), text: await answer.locator(".microlight, pre").first().textContent(HERE) };
}

test("both APIs can be read and tried, and nothing leaves the host", async () => {
  const { context, page, asked, complaints } = await visit();
  assert.equal(await page.title(), "diglot: the APIs, to read and to try");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await shows(page, "MechaMental", 11);
  await authorise(page);
  const mechamental = await list(page, async (operation) => {
    await operation.locator("tr[data-param-name=workspace_id] input").fill(server.workspace_id, HERE);
  });
  assert.equal(mechamental.status, "200", mechamental.text);
  assert.match(mechamental.text, new RegExp(`"user_id": "${server.user_id}"`));

  await page.locator("#document").selectOption("Maisa");
  await shows(page, "Maisa", 5);
  assert.equal(new URL(page.url()).search, "?document=maisa");
  await authorise(page);
  const maisa = await list(page, async () => {});
  assert.equal(maisa.status, "200", maisa.text);
  assert.match(maisa.text, new RegExp(`"id": "${server.user_id}"`));

  assert.deepEqual(complaints, []);
  const requests = asked.filter((url) => !url.startsWith("data:"));
  assert.deepEqual(requests.filter((url) => !url.startsWith(`${server.address}/`)), []);
  assert.ok(requests.some((url) => url.includes("/mechamental/v1/users?workspace_id=")), requests.join("\n"));
  assert.ok(requests.some((url) => url.includes("/maisa/v1/users")), requests.join("\n"));
  await context.close();
});

test("who does not present a key is refused in the API's own words", async () => {
  const { context, page } = await visit();
  await page.goto(`${server.address}/docs?document=maisa`);
  await shows(page, "Maisa", 5);
  const refused = await list(page, async () => {});
  assert.equal(refused.status, "401", refused.text);
  await context.close();
});

test("the browser's history works, and a key is forgotten with the page", async () => {
  const { context, page } = await visit();
  await shows(page, "MechaMental", 11);
  await authorise(page);
  await page.locator(".authorize.locked").waitFor(HERE);
  await page.locator("#document").selectOption("Maisa");
  await shows(page, "Maisa", 5);
  await page.goBack();
  await shows(page, "MechaMental", 11);
  await page.locator(".authorize.unlocked").waitFor(HERE);
  await page.goForward();
  await shows(page, "Maisa", 5);
  await page.goto(`${server.address}/docs?document=unknown`);
  await shows(page, "MechaMental", 11);
  await page.goto(`${server.address}/docs/`);
  await shows(page, "MechaMental", 11);
  assert.equal(page.url(), `${server.address}/docs`);
  await context.close();
});

test("both forms of the document are one click away", async () => {
  const { context, page } = await visit();
  await page.goto(`${server.address}/docs?document=maisa`);
  for (const form of ["json", "yaml"]) {
    const address = await page.locator(`#${form}`).evaluate((link) => link.href);
    assert.equal(address, `${server.address}/openapi/maisa.${form}`);
    assert.equal((await page.request.get(address)).status(), 200);
  }
  await context.close();
});

test("the page's policy lets no script in and no request out", async () => {
  const { context, page, complaints } = await visit();
  await shows(page, "MechaMental", 11);
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    return window.ran ?? false;
  });
  assert.equal(ran, false);
  const left = await page.evaluate(() => fetch("http://127.0.0.1:9/").then(() => "left", () => "stayed"));
  assert.equal(left, "stayed");
  const violations = complaints.filter((complaint) => complaint.includes("Content Security Policy"));
  assert.ok(violations.length >= 2, complaints.join("\n"));
  await context.close();
});
