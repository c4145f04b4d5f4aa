import { afterEach, describe, expect, it } from "vitest";
import { startTestServer } from "./start-test-server.ts";
import type { TestServer } from "./start-test-server.ts";

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

describe("GraphQL over HTTP", () => {
  it("should answer a query sent by POST", async () => {
    server = await startTestServer();
    const { status, body } = await server.query("{ hello serial }");
    expect(status).toBe(200);
    expect(body).toEqual({ data: { hello: "hello world", serial: 1 } });
  });
});
