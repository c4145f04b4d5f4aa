import { serverAudits } from "graphql-http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer } from "./start-test-server.ts";
import type { TestServer } from "./start-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** What the audits of graphql-http 1.23.1 ask for: pinned, so that a newer version that asks for more, or for less, is looked at. */
const ids =
  "22EB 4655 47DE 80D8 82A3 BF61 78D5 2C94 5A70 9C48 9ABE 03D4 A5BF 423L LKJ0 LKJ1 LKJ2 LKJ3 34A2 13EE 6C00 6C01 6C02 6C03 8161 B8B3 94B0 0220 94B1 0221 94B2 0222 4760 4761 4762 4763 2EA1 28B9 D6D5 6A70 58B0 58B1 58B2 58B3 428F 1B7A B6DC BCF8 B7N8 8764 3E3A 572B FDE2 7B9B 865D 556A D586 51FE 74FF 5E5B 86EE".split(
    " ",
  );

/** CSRF prevention refuses these without the preflight header: each is a simple request that any page may send. */
const simpleRequests: ReadonlySet<string> = new Set(["5A70", "D6D5", "6A70"]);

function auditsWith(headers: Readonly<Record<string, string>>) {
  return serverAudits({
    url: () => `${server.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), ...headers } }),
  });
}

describe("GraphQL over HTTP, as graphql-http audits it (RELIABILITY G1)", () => {
  it("should be asked what it was asked before", () => {
    expect(auditsWith({}).map(({ id }) => id)).toEqual(ids);
  });

  it.each(auditsWith({ "apollo-require-preflight": "true" }).map(({ id, name, fn }) => ({ id, name, fn })))(
    "$id: $name",
    async ({ fn }) => {
      const result = await fn();
      expect(result).toMatchObject({ status: "ok" });
    },
  );

  it.each(auditsWith({}).map(({ id, name, fn }) => ({ id, name, fn })))(
    "$id without the preflight header: $name",
    async ({ id, fn }) => {
      const { status } = await fn();
      expect(status).toBe(simpleRequests.has(id) ? "notice" : "ok");
    },
  );
});
