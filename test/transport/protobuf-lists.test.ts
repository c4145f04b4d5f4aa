import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import type { KubeList, KubeListItem } from "../../src/kube/client.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { ResourceId } from "../../src/kube/resource-id.ts";
import { field, listOf, numberField, unknownObject } from "../kube-protobuf/protobuf-writer.ts";
import { createRecordingLogger } from "../support/recording-logger.ts";
import type { LogLine } from "../support/recording-logger.ts";
import { connect, connectionTo, failureOf, forever, serve } from "./transport-test.ts";

const { pods } = knownResources;
const custom: ResourceId = { group: "example.com", version: "v1", plural: "pods", kind: "Pod", namespaced: true };
const protobuf = "application/vnd.kubernetes.protobuf";
const short = { limit: 50, inPieces: true } as const;
const newest = { resourceVersion: "7", resourceVersionMatch: "NotOlderThan" } as const;

/** A pod in protobuf; `more` behind its status. */
function pod(index: number, ...more: readonly Buffer[]): Buffer {
  const managed = field(17, field(1, "manager"), field(99, "not known, and not looked at"));
  const metadata = field(1, field(1, `pod-${index}`), field(11, field(1, "app"), field(2, "ü<&>")), managed);
  const spec = field(2, field(2, field(1, "main"), field(2, "x".repeat(index % 500))));
  return Buffer.concat([metadata, spec, field(3, field(1, "Running")), ...more]);
}

/** The same as kube-apiserver has it in a list. */
function podJson(index: number) {
  const image = "x".repeat(index % 500);
  return {
    metadata: { name: `pod-${index}`, labels: { app: "ü<&>" } },
    spec: { containers: [{ name: "main", ...(image === "" ? {} : { image }), resources: {} }] },
    status: { phase: "Running" },
  };
}

function jsonList(version: string, count: number): string {
  const items = Array.from({ length: count }, (_, index) => podJson(index));
  return JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: { resourceVersion: version }, items });
}

const whole = (index: number) => ({ apiVersion: "v1", kind: "Pod", ...podJson(index) });
const upTo = (count: number): readonly object[] => Array.from({ length: count }, (_, index) => whole(index));
const podList = (...items: readonly Buffer[]): Buffer => listOf("v1", "Pod", ...items);
const many = podList(...Array.from({ length: 3_000 }, (_, index) => pod(index)));
const newer = field(98, "from a newer version of Kubernetes");

/** What a newer server has in one pod. */
const withNewer = podList(...Array.from({ length: 3_000 }, (_, at) => pod(at, ...(at === 2_500 ? [newer] : []))));

/** Answers in protobuf where it is asked for, and else in JSON. */
async function serveLists(bytes: Buffer, json: string, { size = bytes.length } = {}) {
  const accepts: (string | undefined)[] = [];
  const server = await serve({
    respond(request: IncomingMessage, response: ServerResponse) {
      const { accept } = request.headers;
      accepts.push(accept);
      if (accept?.includes(protobuf) !== true) {
        response.writeHead(200, { "content-type": "application/json" }).end(json);
        return;
      }
      response.writeHead(200, { "content-type": protobuf });
      for (let at = 0; at < bytes.length; at += size) response.write(bytes.subarray(at, at + size));
      response.end();
    },
  });
  const lines: LogLine[] = [];
  const client = connect(connectionTo([server.url]), { logger: createRecordingLogger(lines) });
  const told = () => lines.filter(({ message }) => message.includes("protobuf"));
  return { server, client, accepts, told };
}

function piecesOf({ pieces, items }: KubeList): readonly KubeListItem[] {
  expect(items).toEqual([]);
  return [...(pieces ?? [])].map(({ value, json }) => {
    const text = typeof json === "string" ? json : json.text();
    expect(JSON.parse(text)).toEqual(value);
    return { value, json: text };
  });
}

async function partsOf(parts: AsyncIterable<KubeList>) {
  const values: unknown[] = [];
  const sizes: number[] = [];
  const versions = new Set<string>();
  for await (const part of parts) {
    const found = piecesOf(part);
    sizes.push(found.length);
    values.push(...found.map(({ value }) => value));
    versions.add(part.resourceVersion);
  }
  return { values, sizes, versions: [...versions] };
}

describe("a list in protobuf", () => {
  it("should be read as its JSON would be, without managedFields", async () => {
    const { client, accepts } = await serveLists(podList(pod(0), pod(3)), jsonList("7", 0));
    const list = await client.list(pods, short, forever());
    const pieces = piecesOf(list);
    expect(list).toMatchObject({ resourceVersion: "7" });
    expect(list.continue).toBeUndefined();
    expect(pieces.map(({ value }) => value)).toEqual([whole(0), whole(3)]);
    expect(pieces[1]?.json).toBe(JSON.stringify(whole(3)).replace("<&>", "\\u003c\\u0026\\u003e"));
    expect(accepts).toEqual([`${protobuf},application/json`]);
  });

  it("should say where it goes on, and how much there is", async () => {
    const meta = field(1, field(1), field(2, "8"), field(3, "token"), numberField(4, 12));
    const bytes = unknownObject("v1", "PodList", meta, field(2, pod(1)));
    const { client } = await serveLists(bytes, jsonList("7", 0));
    const list = await client.list(pods, short, forever());
    expect(list).toMatchObject({ resourceVersion: "8", continue: "token", remainingItemCount: 12 });
  });

  it("should be asked for only where it is short, in pieces, and of a kind that is known", async () => {
    const { client, accepts } = await serveLists(podList(pod(0)), jsonList("7", 1));
    await client.list(pods, { limit: 50 }, forever());
    await client.list(pods, { limit: 500, inPieces: true }, forever());
    await client.list(custom, short, forever());
    await failureOf(client.get(pods, { namespace: "a", name: "b" }, forever()));
    expect(accepts).toEqual(["application/json", "application/json", "application/json", "application/json"]);
  });

  it("should be taken as JSON from whoever answers JSON", async () => {
    const server = await serve({
      respond: (_request, response) =>
        void response.writeHead(200, { "content-type": "application/json" }).end(jsonList("7", 2)),
    });
    const client = connect(connectionTo([server.url]));
    expect(piecesOf(await client.list(pods, short, forever())).map(({ value }) => value)).toEqual(upTo(2));
    expect((await partsOf(client.listParts!(pods, newest, forever()))).values).toEqual(upTo(2));
  });

  it.each([
    ["a field that is not known", podList(pod(0), pod(1, newer))],
    ["a field that is not known beside the items", unknownObject("v1", "PodList", field(1, field(2, "7")), field(2, pod(0)), field(3, "x"))], // prettier-ignore
    ["another kind", listOf("v1", "Node", pod(0))],
    ["another encoding", Buffer.concat([podList(pod(0)).subarray(0, -4), field(3, "gzip"), field(4)])],
    ["something behind it", Buffer.concat([podList(pod(0)), field(5, "x")])],
    ["no protobuf", Buffer.from("hello")],
  ])("should be read as JSON from then on where it holds %s", async (_what, bytes) => {
    const { client, accepts, told } = await serveLists(bytes, jsonList("7", 2));
    for (let time = 0; time < 2; time++) {
      const values = piecesOf(await client.list(pods, short, forever())).map(({ value }) => value);
      expect(values).toEqual(upTo(2));
    }
    expect((await partsOf(client.listParts!(pods, newest, forever()))).values).toEqual(upTo(2));
    expect(accepts).toEqual([`${protobuf},application/json`, ...Array<string>(3).fill("application/json")]);
    expect(told()).toMatchObject([{ level: "info", fields: { kind: "Pod", apiVersion: "v1" } }]);
  });

  it("should fail where a page that goes on holds what is not known, and be read as JSON then", async () => {
    const meta = field(1, field(1), field(2, "7"), field(3, "token"));
    const bytes = unknownObject("v1", "PodList", meta, field(2, pod(0)), field(2, pod(1, newer)));
    const { client, told } = await serveLists(bytes, jsonList("7", 2));
    const page = await client.list(pods, short, forever());
    expect(page.continue).toBe("token");
    expect(() => piecesOf(page)).toThrow("asked for as JSON");
    expect(told()).toHaveLength(1);
    expect(piecesOf(await client.list(pods, short, forever())).map(({ value }) => value)).toEqual(upTo(2));
  });

  it("should never be believed in part, wherever it ends", async () => {
    const bytes = podList(pod(0), pod(1));
    for (let length = 0; length < bytes.length - 4; length += 7) {
      const { client, told } = await serveLists(bytes.subarray(0, length), jsonList("7", 1));
      const outcome = await client.list(pods, short, forever()).then(piecesOf, (error: unknown) => error);
      // Either it was asked for as JSON, or it failed.
      if (Array.isArray(outcome)) expect([outcome.length, told().length]).toEqual([1, 1]);
      else expect(outcome).toMatchObject({ reason: "MalformedResponse" });
    }
  });

  it("should fail as it says itself, in protobuf too", async () => {
    const cause = field(3, field(1, "FieldValueInvalid"), field(2, "must be less"), field(3, "limit"));
    const details = field(5, field(4, field(1, "reason"), field(2, "why"), field(3, "where")), numberField(5, 3));
    const status = [field(1, field(1)), field(2, "Failure"), field(3, "the token is old"), field(4, "Expired"), details, numberField(6, 410)]; // prettier-ignore
    const answers = [unknownObject("v1", "Status", ...status), cause];
    const server = await serve({
      respond: (_request, response) => void response.writeHead(410, { "content-type": protobuf }).end(answers.shift()),
    });
    const client = connect(connectionTo([server.url]));
    expect(await failureOf(client.list(pods, short, forever()))).toMatchObject({
      reason: "Expired",
      message: "the token is old",
      status: 410,
      retryAfterMs: 3_000,
      causes: [{ field: "where", reason: "reason", message: "why" }],
    });
    // What cannot be read has its code all the same.
    expect(await failureOf(client.list(pods, short, forever()))).toMatchObject({ reason: "Expired", status: 410 });
  });
});

describe("a list in protobuf and in parts", () => {
  it.each([1_009, 65_536, 10_000_000])("should be the whole list, however it comes: %d bytes a time", async (size) => {
    const { client } = await serveLists(many, jsonList("7", 0), { size });
    const { values, sizes, versions } = await partsOf(client.listParts!(pods, newest, forever()));
    expect(values).toEqual(upTo(3_000));
    expect(sizes.length).toBeGreaterThan(2);
    expect(versions).toEqual(["7"]);
  });

  it("should be followed by all of it as JSON, of the same version, where it comes to what is not known", async () => {
    const { client, server, told } = await serveLists(withNewer, jsonList("7", 3_000));
    const { values, versions } = await partsOf(client.listParts!(pods, newest, forever()));
    const before = values.length - 3_000;
    expect(before).toBeGreaterThan(1_000);
    expect(before).toBeLessThanOrEqual(2_500);
    expect(values).toEqual([...upTo(before), ...upTo(3_000)]);
    expect(versions).toEqual(["7"]);
    const query = "/api/v1/pods?resourceVersion=7&resourceVersionMatch=";
    expect(server.requests).toEqual([`GET ${query}NotOlderThan`, `GET ${query}Exact`]);
    expect(told()).toHaveLength(1);
  });

  it("should be whole though nobody looks at a part", async () => {
    const { client } = await serveLists(many, jsonList("7", 0));
    const values: unknown[] = [];
    let at = 0;
    for await (const { pieces = [] } of client.listParts!(pods, newest, forever()))
      if (at++ > 0) for (const { value } of pieces) values.push(value);
    expect(values.at(-1)).toEqual(whole(2_999));
    expect(values.length).toBeLessThan(3_000);
  });

  it("should fail where it ends too early", async () => {
    const { client, told } = await serveLists(many.subarray(0, -1_000), jsonList("7", 3_000));
    const failure = await failureOf(partsOf(client.listParts!(pods, newest, forever())));
    expect(failure).toMatchObject({ reason: "MalformedResponse" });
    expect(told()).toEqual([]);
  });
});
