import { expect, it } from "vitest";
import type { Json, KubeApiSupports, SuiteClient } from "./kube-api-under-test.ts";

const seen = (events: Json[]): string[] => events.map((event) => `${event.type} ${event.object.metadata.name}`);

export function watchRules(suite: { readonly client: SuiteClient }, supports: KubeApiSupports): void {
  const currentVersion = async (): Promise<string> =>
    (await suite.client.get(`${suite.client.configMaps()}?limit=1`)).body.metadata.resourceVersion;
  const watch = (query: string, count: number, options = {}): Promise<Json[]> =>
    suite.client.watch(`${suite.client.configMaps()}?${query}`, count, options);
  const label = (name: string, labels: Record<string, string | null>): Promise<unknown> =>
    suite.client.patch("merge", suite.client.configMaps(name), { metadata: { labels } });

  it("MUST send every change after a version, in order, with the object as it was then", async () => {
    const from = await currentVersion();
    await suite.client.configMap("watch-a", { step: "1" });
    await suite.client.patch("merge", suite.client.configMaps("watch-a"), { data: { step: "2" } });
    await suite.client.delete(suite.client.configMaps("watch-a"));
    const events = await watch(`resourceVersion=${from}&fieldSelector=metadata.name%3Dwatch-a`, 3);
    expect(seen(events)).toEqual(["ADDED watch-a", "MODIFIED watch-a", "DELETED watch-a"]);
    expect(events.map((event) => event.object.data.step)).toEqual(["1", "2", "2"]);
    const versions = events.map((event) => Number(event.object.metadata.resourceVersion));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
    expect(events[0].object).toMatchObject({ kind: "ConfigMap", apiVersion: "v1" });
  });

  it.each(["", "resourceVersion=0&"])("MUST begin with what is there where the query says '%s'", async (version) => {
    const name = `watch-initial-${version.length}`;
    await suite.client.configMap(name, {}, { initial: "yes" });
    const events = await watch(`${version}labelSelector=initial&fieldSelector=metadata.name%3D${name}`, 1);
    expect(seen(events)).toEqual([`ADDED ${name}`]);
  });

  it("MUST turn a change into ADDED and DELETED where an object enters and leaves the selection", async () => {
    await suite.client.configMap("watch-select", {}, { chosen: "no" });
    const from = await currentVersion();
    await label("watch-select", { chosen: "yes" });
    await label("watch-select", { other: "1" });
    await label("watch-select", { chosen: "no" });
    const events = await watch(`resourceVersion=${from}&labelSelector=chosen%3Dyes`, 3);
    expect(seen(events)).toEqual(["ADDED watch-select", "MODIFIED watch-select", "DELETED watch-select"]);
    // The object that left is shown as it last was in the selection.
    expect(events[2].object.metadata.labels.chosen).toBe("yes");
  });

  it("MUST deliver what happens while the stream is open", async () => {
    const from = await currentVersion();
    const events = watch(`resourceVersion=${from}&fieldSelector=metadata.name%3Dwatch-live`, 1);
    await suite.client.configMap("watch-live");
    expect(seen(await events)).toEqual(["ADDED watch-live"]);
  });

  it("MUST end the stream after timeoutSeconds", async () => {
    const response = await suite.client.api.fetch(`${suite.client.configMaps()}?watch=1&timeoutSeconds=1&resourceVersion=${await currentVersion()}`); // prettier-ignore
    expect(response.status).toBe(200);
    await response.text();
  });

  it("MUST mark the end of the initial events with a bookmark where they are asked for", async () => {
    await suite.client.configMap("watch-stream-list", {}, { streamlist: "1" });
    const query =
      "labelSelector=streamlist&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const events = await watch(query, 2, { bookmarks: true });
    expect(events.map((event) => event.type)).toEqual(["ADDED", "BOOKMARK"]);
    expect(events[1].object.metadata.annotations).toEqual({ "k8s.io/initial-events-end": "true" });
    expect(Number(events[1].object.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(events[0].object.metadata.resourceVersion)); // prettier-ignore
  });

  it.each(["sendInitialEvents=true", "resourceVersionMatch=NotOlderThan"])(
    "MUST refuse a watch with only %s",
    async (query) => {
      expect((await suite.client.get(`${suite.client.configMaps()}?watch=1&${query}`)).status).toBe(422);
    },
  );

  it("MUST watch one object by its name in the path's collection, across namespaces as well", async () => {
    const from = await currentVersion();
    await suite.client.configMap("watch-all");
    const events = await suite.client.watch(
      `/api/v1/configmaps?resourceVersion=${from}&fieldSelector=metadata.name%3Dwatch-all`,
      1,
    );
    expect(seen(events)).toEqual(["ADDED watch-all"]);
  });

  it("MUST send tables where they are asked for", async () => {
    const from = await currentVersion();
    await suite.client.configMap("watch-table");
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    const [event] = await watch(`resourceVersion=${from}&fieldSelector=metadata.name%3Dwatch-table`, 1, { accept });
    expect(event.object.kind).toBe("Table");
    expect(event.object.rows[0].cells[0]).toBe("watch-table");
  });

  if (supports.expireVersions) {
    it("MUST say 410 in the stream where the version is too old", async () => {
      const from = await currentVersion();
      await suite.client.configMap("watch-expired");
      suite.client.api.expireVersions?.();
      const [event] = await watch(`resourceVersion=${from}`, 1);
      expect(event).toMatchObject({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } });
    });
  }
}
