import { describe, expect, it } from "vitest";
import { systemIdentity } from "../../src/kube/identity.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { call, createTestApi } from "./support/create-test-api.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function createConfigMaps(api: ReturnType<typeof createTestApi>, ...names: string[]): Promise<void> {
  for (const name of names) await call(api, "POST", configMaps, { metadata: { name } });
}

/** The first frame of a watch. */
async function readFrame(api: ReturnType<typeof createTestApi>, from: string): Promise<string> {
  const response = await api.handler(new Request(`http://embedded${configMaps}?watch=1&resourceVersion=${from}`));
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

describe("faults", () => {
  it("should answer the next matching requests with a status and a wait", async () => {
    const api = createTestApi();
    api.faults.answer({ status: 429, retryAfterSeconds: 7, count: 1, match: { resource: "configmaps", verb: "list" } });
    expect((await call(api, "GET", "/api/v1/nodes")).status).toBe(200);
    const refused = await call(api, "GET", configMaps);
    expect(refused).toMatchObject({
      status: 429,
      body: { reason: "TooManyRequests", details: { retryAfterSeconds: 7 } },
    });
    expect(refused.headers.get("retry-after")).toBe("7");
    expect((await call(api, "GET", configMaps)).status).toBe(200);
  });

  it("should drop events from a stream", async () => {
    const api = createTestApi();
    const from = api.resourceVersion;
    await createConfigMaps(api, "a", "b");
    api.faults.dropEvents("configmaps", 1);
    expect(await readFrame(api, from)).toContain('"name":"b"');
  });

  it("should tear a frame and end the stream there", async () => {
    const api = createTestApi();
    const from = api.resourceVersion;
    await createConfigMaps(api, "a", "b");
    api.faults.tearFrames("configmaps", 1);
    const url = `http://embedded${configMaps}?watch=1&resourceVersion=${from}`;
    const text = await (await api.handler(new Request(url))).text();
    expect(text).toMatch(/^\{"type":"ADDED"/);
    expect(() => JSON.parse(text) as unknown).toThrow();
  });

  it("should cut open streams quietly or abruptly", async () => {
    const api = createTestApi();
    const open = (): Promise<string> =>
      api.handler(new Request(`http://embedded${configMaps}?watch=1`)).then((response) => response.text());
    const quiet = open();
    await turn();
    expect(api.faults.cutStreams({ resource: "configmaps" })).toBe(1);
    expect(await quiet).toBe("");
    const abrupt = open();
    await turn();
    api.faults.cutStreams({ abruptly: true });
    await expect(abrupt).rejects.toThrow("connection cut");
  });

  it("should hold matching requests until they are let go", async () => {
    const api = createTestApi();
    const release = api.faults.stall({ resource: "configmaps" });
    let answered = false;
    const held = call(api, "GET", configMaps).then((answer) => {
      answered = true;
      return answer;
    });
    await turn();
    expect((await call(api, "GET", "/api/v1/nodes")).status).toBe(200);
    expect(answered).toBe(false);
    release();
    expect((await held).status).toBe(200);
  });

  it("should take the metadata of an object in an answer, and not of the stored one", async () => {
    const api = createTestApi();
    await createConfigMaps(api, "a");
    api.faults.malform("configmaps", 1);
    expect((await call(api, "GET", configMaps)).body.items[0].metadata).toBeNull();
    expect((await call(api, "GET", configMaps)).body.items[0].metadata.name).toBe("a");
  });

  it("should let a test write between two pages", async () => {
    const api = createTestApi();
    await createConfigMaps(api, "a", "b", "c");
    let called = 0;
    const undo = api.faults.betweenPages(() => called++);
    await call(api, "GET", `${configMaps}?limit=2`);
    await call(api, "GET", configMaps);
    undo();
    await call(api, "GET", `${configMaps}?limit=2`);
    expect(called).toBe(1);
  });

  it("should spare the in-process client, and give up everything on clear", async () => {
    const api = createTestApi();
    api.faults.answer({ status: 500 });
    const options = { signal: new AbortController().signal, as: systemIdentity("test") };
    expect((await api.client.list(knownResources.namespaces, {}, options)).items).toHaveLength(4);
    expect((await call(api, "GET", configMaps)).status).toBe(500);
    api.faults.clear();
    expect((await call(api, "GET", configMaps)).status).toBe(200);
  });
});
