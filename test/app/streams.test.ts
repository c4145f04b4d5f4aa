import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { embeddedCluster, startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

interface Message {
  readonly type: string;
  readonly reason: string | null;
  readonly cursor: string | null;
  readonly objects: readonly { readonly name: string; readonly phase?: string }[];
  readonly readStates: readonly { readonly cluster: { readonly name: string }; readonly state: string }[];
}

const fields = "{ type reason cursor objects { name } readStates { cluster { name } state } }";

describe("streams over embedded clusters", () => {
  let fleet: TestApp;

  /** Messages until `isLast`, that one included; then the stream is ended. */
  const take = async (
    query: string,
    isLast: (message: Message) => boolean,
    variables?: Record<string, unknown>,
  ): Promise<Message[]> => {
    const messages: Message[] = [];
    for await (const message of fleet.subscribe(query, variables)) {
      messages.push(message as Message);
      if (isLast(message as Message)) break;
    }
    return messages;
  };
  const isSynced = ({ type }: Message): boolean => type === "SYNCED";
  const configMap = (name: string, labels: Record<string, string> = {}, namespace = "shop") =>
    fleet.query(
      'mutation ($manifest: JSON!) { applyResource(input: { cluster: "home", force: true, manifest: $manifest }) { object { name } } }',
      {
        manifest: { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels }, data: {} },
      },
    );
  const remove = (name: string) =>
    fleet.query(
      `mutation { deleteResource(input: { object: { cluster: "home", apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "${name}" } }) { visible } }`,
    );
  const configMaps = (args: string): string =>
    `subscription ($after: String) { resourcesChanged(apiVersion: "v1", kind: "ConfigMap", clusters: ["home"], after: $after ${args}) ${fields} }`;

  beforeAll(async () => {
    fleet = await startTestApp({ clusters: [embeddedCluster("home", { role: "home" }), embeddedCluster("paris")] });
    await eventually(async () => {
      const { data } = await fleet.query(
        "{ pods { complete totalCount } workloads(where: {owner: null, health: {state: {in: [DEGRADED, DOWN, UNKNOWN]}}}) { totalCount } }",
      );
      expect(data).toMatchObject({ pods: { complete: true }, workloads: { totalCount: 2 } });
      expect(data.pods.totalCount).toBeGreaterThan(10);
    }, 30_000);
  });
  afterAll(() => fleet?.stop());

  it("should begin with all there is and say when that is over", async () => {
    const { pods } = (await fleet.query("{ pods { nodes { name } } }")).data;
    const messages = await take(`subscription { podsChanged ${fields} }`, isSynced);
    const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name).sort();
    expect(names(messages.filter(({ type }) => type === "SNAPSHOT").flatMap(({ objects }) => objects))).toEqual(
      names(pods.nodes),
    );
    expect(messages.at(-1)).toMatchObject({
      objects: [],
      readStates: [
        { cluster: { name: "home" }, state: "FRESH" },
        { cluster: { name: "paris" }, state: "FRESH" },
      ],
    });
    expect(messages.filter(({ type }) => type === "SNAPSHOT").every(({ cursor }) => cursor === null)).toBe(true);
  });

  it("should begin with SYNCED alone where no snapshot is wanted", async () => {
    expect(await take(`subscription { podsChanged(snapshot: false) ${fields} }`, isSynced)).toHaveLength(1);
  });

  it("should tell what enters and leaves the filter from what comes and goes", async () => {
    const stream = fleet.subscribe(configMaps('labelSelector: "tier=gold"'));
    const next = async (): Promise<string> => {
      const { type, reason } = (await stream.next()).value as Message;
      return `${type} ${reason ?? ""}`.trim();
    };
    expect(await next()).toBe("SYNCED");
    // One at a time: what waits for a slow receiver is merged.
    await configMap("filtered");
    await configMap("filtered", { tier: "gold" });
    expect(await next()).toBe("ADDED ENTERED_FILTER");
    await configMap("filtered", { tier: "gold", more: "yes" });
    expect(await next()).toBe("MODIFIED CHANGED");
    await configMap("filtered");
    expect(await next()).toBe("DELETED LEFT_FILTER");
    await configMap("filtered", { tier: "gold" });
    expect(await next()).toBe("ADDED ENTERED_FILTER");
    await remove("filtered");
    expect(await next()).toBe("DELETED CHANGED");
    await stream.return?.();
  });

  it("should replay exactly what was missed after a cursor, each object once", async () => {
    await configMap("kept");
    const start = await take(configMaps(""), isSynced);
    for (let i = 0; i < 3; i++) await configMap("kept", { round: String(i) });
    await configMap("came");
    await configMap("went");
    await remove("went");
    const missed = await take(configMaps(""), isSynced, { after: start.at(-1)?.cursor });
    expect(missed.map(({ type, objects }) => `${type} ${objects[0]?.name ?? ""}`.trim())).toEqual([
      "MODIFIED kept",
      "ADDED came",
      "SYNCED",
    ]);
    const nothing = await take(configMaps(""), isSynced, { after: missed.at(-1)?.cursor });
    expect(nothing.map(({ type }) => type)).toEqual(["SYNCED"]);
  });

  it("should start over with RESYNC where a cursor cannot be replayed", async () => {
    const start = await take(configMaps(""), isSynced);
    // Neither our log nor the cluster has that past any more.
    fleet.embedded.get("home")?.api.faults.expireVersions();
    const [format, hash, positions, rights] = JSON.parse(
      Buffer.from(start.at(-1)?.cursor ?? "", "base64url").toString(),
    ) as [number, string, [string, string, string][], string];
    const old = Buffer.from(JSON.stringify([format, hash, positions.map(([key]) => [key, "1", ""]), rights])).toString(
      "base64url",
    );
    const messages = await take(configMaps(""), isSynced, { after: old });
    expect(messages.map(({ type }) => type)).toEqual(["RESYNC", "SNAPSHOT", "SYNCED"]);
    expect(messages[1]?.objects.length).toBe(
      start.flatMap(({ type, objects }) => (type === "SNAPSHOT" ? objects : [])).length,
    );
  });

  it("should refuse a cursor of another filter, and what is none", async () => {
    const [{ cursor } = { cursor: "" }] = await take(
      `subscription { podsChanged(snapshot: false) ${fields} }`,
      isSynced,
    );
    for (const after of [cursor, "nonsense", "", Buffer.from("[1]").toString("base64url")]) {
      const { errors } = await fleet.query("query { __typename }");
      expect(errors).toBeUndefined();
      await expect(
        take(`subscription ($after: String) { podsChanged(namespaces: ["shop"], after: $after) ${fields} }`, isSynced, {
          after,
        }),
      ).rejects.toThrow(/CURSOR_INVALID/);
    }
  });

  it("should refuse by name a filter that leads to another object", async () => {
    const query = `subscription { podsChanged(where: { node: { ready: { eq: true } } }) ${fields} }`;
    await expect(take(query, isSynced)).rejects.toThrow(/BAD_USER_INPUT/);
    await expect(take(query, isSynced)).rejects.toThrow(/where\.node/);
    await expect(
      take(`subscription { podsChanged(where: { createdAt: { olderThan: "1h" } }) ${fields} }`, isSynced),
    ).rejects.toThrow(/BAD_USER_INPUT/);
    const byCluster = await take(
      `subscription { podsChanged(where: { cluster: { role: { eq: ABROAD } } }) { type cursor reason objects { name cluster { name } } readStates { state cluster { name } } } }`,
      isSynced,
    );
    expect(JSON.stringify(byCluster[0]?.objects)).not.toContain('"home"');
  });

  it("should stream over SSE what it streams over WebSocket", async () => {
    const abort = new AbortController();
    const response = await fetch(`${fleet.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ query: `subscription { nodesChanged ${fields} }` }),
      signal: abort.signal,
    });
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    let text = "";
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes("SYNCED")) break;
    }
    abort.abort();
    expect(text).toContain("home-1");
  });

  it("should say of a cluster that is cut how far its rows can be trusted, and start over when one leaves the fleet", async () => {
    const stream = fleet.subscribe(`subscription { podsChanged(namespaces: ["media"]) ${fields} }`);
    const messages: Message[] = [];
    const until = async (isLast: (message: Message) => boolean): Promise<void> => {
      for (;;) {
        const { value, done } = await stream.next();
        expect(done).toBe(false);
        messages.push(value as Message);
        if (isLast(value as Message)) return;
      }
    };
    await until(isSynced);
    await fleet.embedded.stop("paris");
    await until(
      ({ type, readStates }) =>
        type === "CLUSTER_STATE" &&
        readStates.some(({ cluster, state }) => cluster.name === "paris" && state === "STALE"),
    );
    fleet.configure([embeddedCluster("home", { role: "home" })]);
    await until(({ type }) => type === "RESYNC");
    await until(isSynced);
    expect(messages.at(-1)?.readStates).toEqual([{ cluster: { name: "home" }, state: "FRESH" }]);
    await stream.return?.();
  });
});
