import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestServer } from "../server/start-test-server.ts";
import type { TestServer } from "../server/start-test-server.ts";
import { createTestAuthenticator } from "../server/test-authenticator.ts";

const executablePath = "/usr/bin/chromium";
const hasBrowser = existsSync(executablePath);

/** Where screenshots go for whoever wants to look. */
const screenshots = "/tmp/fleetgraph-playground";

const title = hasBrowser ? "the playground in Chromium" : `the playground: skipped, there is no ${executablePath}`;

describe.skipIf(!hasBrowser)(title, () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  let complaints: string[];
  let requested: string[];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    server = await startTestServer(
      {},
      {
        starterQueries: [
          { query: "query Hello {\n  hello\n}\n" },
          { query: "subscription Ticks {\n  ticks(every: 100)\n}\n" },
        ],
      },
    );
    complaints = [];
    requested = [];
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    context.on("request", (request) => requested.push(request.url()));
    page.on("websocket", (socket) => requested.push(socket.url()));
    // Before any script of the page: what the policy refuses.
    await page.addInitScript(() => {
      const target = globalThis as unknown as {
        addEventListener(type: string, listener: (event: unknown) => void): void;
      };
      target.addEventListener("securitypolicyviolation", (event) => {
        const { violatedDirective, blockedURI } = event as Record<string, string>;
        // oxlint-disable-next-line no-console -- in the page, where it is counted above
        console.error(`policy violated: ${violatedDirective} by ${blockedURI}`);
      });
    });
    await page.goto(`${server.url}/graphql`);
    await page.getByRole("button", { name: /Execute query/ }).waitFor();
    // The editor with the first starter query, coloured by its worker.
    await page.locator(".graphiql-query-editor .view-line", { hasText: "query Hello" }).waitFor();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await page.screenshot({ path: `${screenshots}/failed.png` });
    await page.context().close();
    await server.stop();
  });

  function expectQuiet(): void {
    expect(complaints).toEqual([]);
    const origin = server.url.replace("http:", "");
    expect(
      requested.filter((url) => !/^(https?:|wss?:)/.test(url) || url.replace(/^\w+:/, "").startsWith(origin)),
    ).toEqual(requested);
    expect(requested.length).toBeGreaterThan(5);
  }

  it("should load offline, without a violated policy, an error or a foreign request", async () => {
    await page.waitForLoadState("networkidle");
    await page.screenshot({ path: `${screenshots}/start.png` });
    expect(await page.title()).toBe("fleetgraph playground");
    expectQuiet();
  });

  it("should run a starter query", async () => {
    await page.getByRole("button", { name: /Execute query/ }).click();
    await page.locator(".result-window .view-line", { hasText: "hello world" }).waitFor();
    await page.screenshot({ path: `${screenshots}/query.png` });
    expectQuiet();
  });

  it("should show the schema in the docs explorer", async () => {
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.locator(".graphiql-doc-explorer", { hasText: "Query" }).waitFor();
    await page.locator(".graphiql-doc-explorer").getByText("Query", { exact: true }).click();
    await page.locator(".graphiql-doc-explorer", { hasText: "Serial number of the context" }).waitFor();
    await page.screenshot({ path: `${screenshots}/docs.png` });
    expectQuiet();
  });

  it("should deliver a subscription's events and let go of it", async () => {
    await page.getByRole("tab", { name: "Ticks" }).click();
    // What is run is what the editor holds: not before it has changed over.
    await page.locator(".graphiql-query-editor .view-line", { hasText: "subscription Ticks" }).waitFor();
    await page.getByRole("button", { name: /Execute query/ }).click();
    await page.locator(".result-window .view-line", { hasText: /"ticks":\s*\d/ }).waitFor();
    expect(server.openSources()).toBe(1);
    await page.screenshot({ path: `${screenshots}/subscription.png` });
    await page.getByRole("button", { name: /Stop query/ }).click();
    await expect.poll(() => server.openSources()).toBe(0);
    expectQuiet();
  });
});

describe.skipIf(!hasBrowser)(`${title}, by token`, () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    server = await startTestServer(
      {},
      {
        authenticator: createTestAuthenticator().authenticator,
        starterQueries: [
          { query: "query Hello {\n  hello\n}\n" },
          { query: "subscription Ticks {\n  ticks(every: 100)\n}\n" },
        ],
      },
    );
    page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
    await page.goto(`${server.url}/graphql`);
    await page.locator(".graphiql-query-editor .view-line", { hasText: "query Hello" }).waitFor();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await page.screenshot({ path: `${screenshots}/failed.png` });
    await page.context().close();
    await server.stop();
  });

  async function sendHeaders(text: string): Promise<void> {
    await page.getByRole("button", { name: "Headers", exact: true }).click();
    const editor = page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden) .monaco-editor");
    await editor.click();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(text);
  }

  it("should load, and tell nothing of the schema without one", async () => {
    await page.locator(".result-window .view-line", { hasText: "UNAUTHENTICATED" }).waitFor();
    await page.screenshot({ path: `${screenshots}/no-token.png` });
  });

  it("should ask, stream and show the schema with the one of its headers", async () => {
    await sendHeaders('{"Authorization": "Bearer good"}');
    await page.getByRole("button", { name: /Execute query/ }).click();
    await page.locator(".result-window .view-line", { hasText: "hello world" }).waitFor();
    await page.getByRole("button", { name: /Re-fetch GraphQL schema/ }).click();
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.locator(".graphiql-doc-explorer").getByText("Query", { exact: true }).click();
    await page.screenshot({ path: `${screenshots}/token.png` });
    await page.getByRole("tab", { name: "Ticks" }).click();
    await page.locator(".graphiql-query-editor .view-line", { hasText: "subscription Ticks" }).waitFor();
    await sendHeaders('{"Authorization": "Bearer good"}');
    await page.getByRole("button", { name: /Execute query/ }).click();
    await page.locator(".result-window .view-line", { hasText: /"ticks":\s*\d/ }).waitFor();
    await page.screenshot({ path: `${screenshots}/token-stream.png` });
  });

  it("should say at once that a socket's token is refused", async () => {
    await page.getByRole("tab", { name: "Ticks" }).click();
    await page.locator(".graphiql-query-editor .view-line", { hasText: "subscription Ticks" }).waitFor();
    await sendHeaders('{"Authorization": "Bearer bad"}');
    await page.getByRole("button", { name: /Execute query/ }).click();
    await page.locator(".result-window .view-line", { hasText: "Nobody vouches for this token" }).first().waitFor();
  });
});
