import { describe, expect, it } from "vitest";
import type { WatchEvent } from "../../src/kube/client.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { HttpClusterLink } from "../../src/transport/kube-client.ts";
import { field, numberField, unknownObject } from "../kube-protobuf/protobuf-writer.ts";
import { createRecordingLogger } from "../support/recording-logger.ts";
import type { LogLine } from "../support/recording-logger.ts";
import { connect, connectionTo, failureOf, forever, serve } from "./transport-test.ts";

const { pods } = knownResources;
const protobuf = "application/vnd.kubernetes.protobuf";
const query = { resourceVersion: "1", inPieces: true } as const;

/** A pod in protobuf as it stands alone; `more` behind its metadata. */
function pod(name: string, version: string, ...more: readonly Buffer[]): Buffer {
  const managed = field(17, field(1, "manager"), field(99, "not known, and not looked at"));
  return unknownObject("v1", "Pod", field(1, field(1, name), field(6, version), managed), ...more);
}

const podJson = (name: string, resourceVersion: string) => ({ apiVersion: "v1", kind: "Pod", metadata: { name, resourceVersion }, spec: { containers: null }, status: {} }); // prettier-ignore

function framed(...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  return Buffer.concat([head, bytes]);
}

const frame = (type: string, object: Buffer): Buffer => framed(field(1, type), field(2, field(1, object)));
const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

/** Answers in protobuf where it is asked for, `size` bytes at a time, and else in JSON. */
async function serveWatch(bytes: Buffer, json = "", size = 7) {
  const accepts: (string | undefined)[] = [];
  const server = await serve({
    respond({ headers: { accept } }, response) {
      accepts.push(accept);
      const isAsked = accept?.includes(protobuf) === true;
      response.writeHead(200, { "content-type": isAsked ? `${protobuf};stream=watch` : "application/json" });
      for (let at = 0; isAsked && at < bytes.length; at += size) response.write(bytes.subarray(at, at + size));
      response.end(isAsked ? "" : json);
    },
  });
  const lines: LogLine[] = [];
  const client = connect(connectionTo([server.url]), { logger: createRecordingLogger(lines) });
  return { client, accepts, told: () => lines.filter(({ message }) => message.includes("protobuf")) };
}

/** What comes until the watch ends, of objects with their JSON. */
async function collect(client: HttpClusterLink, events: unknown[] = []): Promise<unknown[]> {
  for await (const event of client.watch(pods, query, forever())) events.push(toPlain(event));
  return events;
}

function toPlain(event: WatchEvent): unknown {
  if (!("object" in event)) return event;
  const { type, object, json } = event;
  const text = typeof json === "string" || json === undefined ? json : json.text();
  if (text !== undefined) expect(JSON.parse(text)).toEqual(object);
  return { type, object, hasJson: text !== undefined };
}

describe("a watch in protobuf", () => {
  it("should give the events its JSON would, in order, however the bytes are cut", async () => {
    const bytes = Buffer.concat([
      frame("ADDED", pod("a", "2")),
      frame("MODIFIED", pod("a", "3")),
      frame("BOOKMARK", pod("", "4")),
      frame("DELETED", pod("a", "5")),
    ]);
    for (const size of [1, 100, bytes.length]) {
      const { client, accepts } = await serveWatch(bytes, "", size);
      expect(await collect(client)).toEqual([
        { type: "ADDED", object: podJson("a", "2"), hasJson: true },
        { type: "MODIFIED", object: podJson("a", "3"), hasJson: true },
        { type: "BOOKMARK", resourceVersion: "4" },
        { type: "DELETED", object: podJson("a", "5"), hasJson: true },
      ]);
      expect(accepts).toEqual([`${protobuf},application/json`]);
    }
  });

  it("should be over at an error, told as its JSON tells it", async () => {
    const gone = [field(3, "too old resource version"), field(4, "Expired"), numberField(6, 410)];
    const status = unknownObject("v1", "Status", field(1), field(2, "Failure"), ...gone);
    const { client } = await serveWatch(Buffer.concat([frame("ERROR", status), frame("ADDED", pod("a", "2"))]));
    const message: unknown = expect.stringContaining("too old resource version");
    expect(await collect(client)).toEqual([{ type: "ERROR", error: expect.objectContaining({ reason: "Expired", message }) as unknown }]); // prettier-ignore
  });

  it("should be asked for only in pieces, and taken as JSON from whoever answers JSON", async () => {
    const { client, accepts } = await serveWatch(frame("ADDED", pod("a", "2")), line("ADDED", podJson("a", "2")));
    for await (const { type } of client.watch(pods, { resourceVersion: "1" }, forever())) expect(type).toBe("ADDED");
    expect(accepts).toEqual(["application/json"]);
    const json = line("ADDED", podJson("a", "2"));
    const { client: other } = await serve({
      respond: (_request, response) =>
        void response.writeHead(200, { "content-type": "application/json;stream=watch" }).end(json),
    }).then(({ url }) => ({ client: connect(connectionTo([url])) }));
    expect(await collect(other)).toMatchObject([{ type: "ADDED", object: podJson("a", "2") }]);
  });

  it.each([
    ["a field that is not known", frame("MODIFIED", pod("a", "3", field(98, "from a newer version of Kubernetes")))],
    ["another kind", frame("MODIFIED", unknownObject("v1", "Node", field(1, field(1, "a"))))],
    [
      "a frame with more than an object",
      framed(field(1, "MODIFIED"), field(2, field(1, pod("a", "3")), field(2, "x"))),
    ],
    ["a frame with something behind the object", framed(field(1, "MODIFIED"), field(2, field(1, pod("a", "3"))), field(3, "x"))], // prettier-ignore
    ["a frame without an object", framed(field(1, "MODIFIED"))],
    ["an object that is encoded once more", frame("MODIFIED", Buffer.concat([pod("a", "3").subarray(0, -4), field(3, "gzip"), field(4)]))], // prettier-ignore
    ["a status that is none", frame("ERROR", pod("a", "3"))],
  ])("should break where it holds %s, having given what came before, and be JSON from then on", async (_what, bad) => {
    const { client, accepts, told } = await serveWatch(
      Buffer.concat([frame("ADDED", pod("a", "2")), bad]),
      line("MODIFIED", podJson("a", "3")),
    );
    const before: unknown[] = [];
    expect(await failureOf(collect(client, before))).toMatchObject({ reason: "MalformedResponse" });
    expect(before).toHaveLength(1);
    expect(await collect(client)).toMatchObject([{ type: "MODIFIED", object: podJson("a", "3") }]);
    expect(accepts).toEqual([`${protobuf},application/json`, "application/json"]);
    expect(told()).toMatchObject([{ level: "info", fields: { kind: "Pod", apiVersion: "v1" } }]);
  });

  it.each([
    ["ends within a frame", frame("MODIFIED", pod("a", "3")).subarray(0, -3)],
    ["has a frame that is too long", Buffer.from([0xff, 0xff, 0xff, 0xff, 0])],
    ["has a bookmark without a version", frame("BOOKMARK", unknownObject("v1", "Pod", field(1)))],
    ["has a type that is none", frame("RENAMED", pod("a", "3"))],
  ])("should break where it %s, and be asked for in protobuf again", async (_what, bad) => {
    const { client, accepts, told } = await serveWatch(Buffer.concat([frame("ADDED", pod("a", "2")), bad]));
    for (let time = 0; time < 2; time++)
      expect(await failureOf(collect(client))).toMatchObject({ reason: "MalformedResponse" });
    expect(accepts).toEqual([`${protobuf},application/json`, `${protobuf},application/json`]);
    expect(told()).toEqual([]);
  });
});
