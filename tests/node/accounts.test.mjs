// A new user's way: a mail server that nobody here wrote gets the invitation, and a real browser, a phone's without JavaScript, sets
// the password.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { simpleParser } from "mailparser";
import { chromium, devices } from "playwright-core";
import { SMTPServer } from "smtp-server";
import { front } from "./front.mjs";
import { serve } from "./server.mjs";

const BROWSER = process.env.CHROMIUM ?? "/usr/bin/chromium";
const GOOD = "violet tundra lamp";

let mails, post, proxy, server, browser;
before(async () => {
  mails = mailbox();
  post = await mails.listen();
  // A proxy that puts everything below a path of its own, as the public address says.
  proxy = await front("/people/eu");
  server = await serve({
    DIGLOT_MAIL__TRANSPORT: "smtp",
    DIGLOT_MAIL__HOST: "127.0.0.1",
    DIGLOT_MAIL__PORT: String(post.port),
    DIGLOT_MAIL__SECURITY: "none",
    DIGLOT_MAIL__SENDER: "diglot <accounts@example.com>",
    DIGLOT_MAIL__PUBLIC_URL: proxy.address,
  });
  proxy.leadTo(server.address);
  const args = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
  if (process.getuid?.() === 0) args.push("--no-sandbox");
  browser = await chromium.launch({ executablePath: BROWSER, args });
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await proxy?.stop();
  await post?.stop();
});

/** Whoever takes mail, and hands it over by recipient. */
function mailbox() {
  const came = new Map();
  const waiting = new Map();
  const take = async (stream, session, done) => {
    const mail = await simpleParser(stream);
    for (const { address } of session.envelope.rcptTo) {
      const wait = waiting.get(address)?.shift();
      if (wait) wait(mail);
      else came.set(address, [...(came.get(address) ?? []), mail]);
    }
    done();
  };
  const smtp = new SMTPServer({ authOptional: true, disabledCommands: ["STARTTLS", "AUTH"], onData: take });
  const listen = () =>
    new Promise((resolve) => {
      const listener = smtp.listen(0, "127.0.0.1", () => {
        const stop = () => new Promise((stopped) => smtp.close(stopped));
        resolve({ port: listener.address().port, stop });
      });
    });
  /** The next mail to this address. */
  const next = (address) => {
    const [first, ...rest] = came.get(address) ?? [];
    came.set(address, rest);
    if (first) return first;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no mail for ${address}`)), 20_000);
      const wait = (mail) => (clearTimeout(late), resolve(mail));
      waiting.set(address, [...(waiting.get(address) ?? []), wait]);
    });
  };
  return { listen, next };
}

/** The link of a mail; that of its text is that of its HTML. */
function linkOf(mail) {
  const link = /\S+\/activate\?token=[a-z2-7]{32}/.exec(mail.text)[0];
  assert.ok(mail.html.includes(link.replaceAll("&", "&amp;")), mail.html);
  return link;
}

/** Asks one of the APIs. */
async function ask(method, path, key, body) {
  const headers = { ...key, "Content-Type": "application/json" };
  const answer = await fetch(server.address + path, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}

async function invite(email, name) {
  const body = { email, name, role: "user", sendActivationEmail: true };
  const made = await ask("POST", "/maisa/v1/users", { "X-API-Key": server.key }, body);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.equal(made.body.data.status, "pending");
  return made.body.data.id;
}

/** A phone without JavaScript, of which every request and every complaint of the browser is kept. */
async function phone(options = {}) {
  const context = await browser.newContext({ ...devices["Pixel 5"], javaScriptEnabled: false, ...options });
  const page = await context.newPage();
  const asked = [];
  const complaints = [];
  context.on("request", (request) => asked.push({ url: request.url(), referer: request.headers().referer }));
  // That a page has a status of its own, as those with mistakes have, is no complaint about it.
  const isStatus = (text) => /^Failed to load resource: the server responded with a status of (404|422) /.test(text);
  page.on("console", (message) => isStatus(message.text()) || complaints.push(message.text()));
  context.on("response", (answer) => {
    if (answer.request().resourceType() !== "document" && !answer.ok()) complaints.push(answer.url());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { context, page, asked, complaints };
}

/** What the accessibility tree says of the fields: role, name and description. */
async function fields(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const told = nodes.filter((node) => ["textbox", "button", "alert", "heading"].includes(node.role?.value));
  return told.map((node) => ({
    role: node.role.value,
    name: node.name?.value ?? "",
    description: node.description?.value ?? "",
    invalid: node.properties?.find((property) => property.name === "invalid")?.value.value,
  }));
}

async function fill(page, password, again = password) {
  await page.getByLabel("New password").fill(password);
  await page.getByLabel("The same once more").fill(again);
  await send(page, "Set the password");
}

/** Sends a form, and waits until the whole of the next page is there: a click alone waits for its beginning. */
async function send(page, button) {
  const whole = page.waitForEvent("load");
  await page.getByRole("button", { name: button }).click();
  await whole;
}

test("from the invitation in one API to the last sign-in that the other shows", async () => {
  const email = "grace@example.com";
  const id = await invite(email, "Grace Hopper");
  const mail = await mails.next(email);
  assert.equal(mail.from.value[0].address, "accounts@example.com");
  const link = linkOf(mail);
  assert.ok(link.startsWith(`${proxy.address}/activate?token=`), link);
  const token = new URL(link).searchParams.get("token");

  const { context, page, asked, complaints } = await phone();
  assert.equal((await page.goto(link)).status(), 200);
  assert.equal(await page.title(), "Welcome: choose a password");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  assert.ok(await page.getByText("Hello Grace Hopper.").isVisible());

  await fill(page, "password123");
  assert.equal(await page.title(), "Error: Welcome: choose a password");
  await page.getByRole("alert").getByText("This password is too easy to guess.").waitFor();
  const problem = await page.locator("#password-problem").textContent();
  assert.match(problem, /common password.*Add another word or two/);
  assert.equal(new URL(page.url()).search, "", "the token is in no later address");

  await fill(page, GOOD, "violet tundra lump");
  assert.match(await page.getByRole("alert").textContent(), /The two passwords differ/);

  await fill(page, GOOD);
  assert.equal(await page.title(), "Your account is active");
  assert.ok(await page.getByRole("status").getByText("Your password is set, and your account is active.").isVisible());
  assert.ok(await page.getByText(email).isVisible());

  const signedIn = await ask("POST", "/mechamental/v1/auth/login", {}, { email, password: GOOD });
  assert.equal(signedIn.status, 200, JSON.stringify(signedIn.body));
  const me = await ask("GET", "/mechamental/v1/users/me", { Authorization: `Bearer ${signedIn.body.access_token}` });
  assert.deepEqual([me.status, me.body.user_id, me.body.email], [200, id, email]);
  const seen = await ask("GET", `/maisa/v1/users/${id}`, { "X-API-Key": server.key });
  assert.equal(seen.body.data.status, "active");
  assert.ok(Date.parse(seen.body.data.lastLoginAt) > Date.now() - 60_000, JSON.stringify(seen.body));

  assert.equal((await page.goto(link)).status(), 404);
  assert.equal(await page.title(), "This link does not work");

  assert.deepEqual(complaints, []);
  assert.deepEqual(asked.filter(({ url }) => !url.startsWith(`${proxy.address}/activate`)), []);
  assert.ok(asked.some(({ url }) => url === `${proxy.address}/activate/style.css`));
  assert.deepEqual(asked.filter(({ referer }) => referer?.includes(token)), []);
  await context.close();
});

test("who forgot a password, or lost the mail, asks for another one", async () => {
  const email = "ada@example.com";
  await invite(email, "Ada Lovelace");
  const first = linkOf(await mails.next(email));
  const { context, page, asked, complaints } = await phone();
  await page.goto(`${proxy.address}/activate?token=nonsense`);
  await page.getByLabel("Your e-mail address").fill("nobody");
  // The browser itself holds back what is no address.
  await page.getByRole("button", { name: "Send a new link" }).click();
  assert.equal(await page.title(), "This link does not work");
  await page.getByLabel("Your e-mail address").fill(email);
  await send(page, "Send a new link");
  assert.equal(await page.title(), "Look into your mail");
  const second = linkOf(await mails.next(email));
  assert.notEqual(first, second);
  await page.goto(first);
  assert.equal(await page.title(), "This link does not work");
  await page.goto(second);
  await fill(page, GOOD);
  assert.equal(await page.title(), "Your account is active");

  await page.goto(`${proxy.address}/activate/resend`);
  await page.getByLabel("Your e-mail address").fill(email);
  await send(page, "Send a new link");
  await page.goto(linkOf(await mails.next(email)));
  assert.equal(await page.title(), "Choose a new password");
  await fill(page, "another good password");
  assert.equal(await page.title(), "Your password is set");
  const signedIn = await ask("POST", "/mechamental/v1/auth/login", {}, { email, password: "another good password" });
  assert.equal(signedIn.status, 200);
  assert.deepEqual(complaints, []);
  assert.deepEqual(asked.filter(({ url }) => !url.startsWith(`${proxy.address}/activate`)), []);
  await context.close();
});

test("every field has its label, and what is wrong is tied to it", async () => {
  const email = "katherine@example.com";
  await invite(email, "Katherine Johnson");
  const link = linkOf(await mails.next(email));
  // The tree is the browser's own business, and needs no script of the page.
  const { context, page } = await phone();
  await page.goto(link);
  const before = await fields(page);
  const named = (list, role) => list.filter((field) => field.role === role).map(({ name }) => name);
  assert.deepEqual(named(before, "textbox"), ["Your account", "New password", "The same once more"]);
  assert.deepEqual(named(before, "button"), ["Set the password"]);
  assert.match(before.find(({ name }) => name === "New password").description, /At least 8 characters/);

  await fill(page, "short", "differs");
  const after = await fields(page);
  const password = after.find(({ name }) => name === "New password");
  assert.equal(password.invalid, "true");
  assert.match(password.description, /At least 8 characters.*must have at least 8 characters/);
  const again = after.find(({ name }) => name === "The same once more");
  assert.equal(again.invalid, "true");
  assert.match(again.description, /The two passwords differ/);
  assert.equal(after.filter(({ role }) => role === "alert").length, 1);

  // By keyboard alone: from what is wrong to the first field that is, and on to the button.
  assert.equal(await page.locator(".problems").evaluate((element) => element === document.activeElement), true);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#password$/);
  await page.getByLabel("New password").focus();
  const reached = [];
  for (let step = 0; step < 2; step += 1) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.textContent));
  }
  assert.deepEqual(reached, ["again", "Set the password"]);
  for (const id of ["password", "again"]) {
    assert.equal(await page.locator(`#${id}`).getAttribute("autocomplete"), "new-password");
  }
  await context.close();
});

/** The contrast of two colours (WCAG 2.2, 1.4.3). */
function contrast(one, other) {
  const luminance = (colour) => {
    const parts = colour.match(/\d+(\.\d+)?/g).slice(0, 3).map((part) => Number(part) / 255);
    const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

for (const colorScheme of ["light", "dark"]) {
  test(`everything can be read on a small screen, ${colorScheme}`, async () => {
    const email = `mary-${colorScheme}@example.com`;
    await invite(email, "Mary Jackson".repeat(8));
    const link = linkOf(await mails.next(email));
    const { context, page } = await phone({ colorScheme, viewport: { width: 320, height: 568 } });
    const look = async () => {
      await page.waitForLoadState();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 320, `${await page.title()}: ${wide}`);
      const texts = await page.evaluate(() => {
        const solid = (element) => {
          const colour = getComputedStyle(element).backgroundColor;
          return colour !== "rgba(0, 0, 0, 0)" || !element.parentElement ? colour : solid(element.parentElement);
        };
        const shown = [...document.querySelectorAll("main *")].filter((element) => element.offsetHeight > 0);
        return shown.map((element) => [element.tagName, getComputedStyle(element).color, solid(element)]);
      });
      for (const [tag, ink, paper] of texts) {
        assert.ok(contrast(ink, paper) >= 4.5, `${await page.title()}: ${tag} ${ink} on ${paper}`);
      }
      const button = page.getByRole("button");
      if (await button.count()) assert.ok((await button.boundingBox()).height >= 44);
    };
    await page.goto(link);
    await look();
    await fill(page, "short", "differs");
    await look();
    await page.goto(`${proxy.address}/activate?token=nonsense`);
    await look();
    await page.goto(link);
    await fill(page, "monkeys1987");
    await page.getByText("It could be stronger").waitFor();
    await look();
    await context.close();
  });
}
