import { describe, expect, it } from "vitest";
import { KubeError } from "../../src/kube/kube-error.ts";
import type { Answer } from "../../src/transport/link.ts";
import { readListParts } from "../../src/transport/list-parts.ts";
import { createResponseBody } from "../../src/transport/response-body.ts";

const type = { apiVersion: "v1", kind: "Pod" };
const options = { maxBytes: 4_000_000, cluster: "home", what: "pods", piecesOf: type };

/** An answer whose bytes come in chunks of `size`. */
function toAnswer(bytes: Buffer, size: number, { torn = false } = {}) {
  const state = { released: 0 };
  const body = createResponseBody({ pause() {}, resume() {}, destroy() {} });
  for (let at = 0; at < bytes.length; at += size) body.push(bytes.subarray(at, at + size));
  if (torn) body.fail(new Error("reset"));
  else body.end();
  const answer: Answer = {
    status: 200,
    headers: {},
    body,
    toError: (cause) =>
      cause instanceof KubeError ? cause : new KubeError({ reason: "ConnectionFailed", message: "cut", cause }),
    release: () => void state.released++,
  };
  return { answer, state };
}

const pods = Array.from({ length: 2_000 }, (_, index) => ({
  metadata: { name: `pod-${index}`, labels: { odd: '},{"metadata":{' }, managedFields: [{ manager: "}]" }] },
  spec: { note: "ü".repeat(index % 500), nested: [{ metadata: {} }, { metadata: { a: 1 } }] },
}));
const list = Buffer.from(
  `${JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: { resourceVersion: "7" }, items: pods })}\n`,
);
const plain = pods.map(({ metadata: { managedFields: _left, ...metadata }, spec }) => ({ ...type, metadata, spec }));

async function collect(answer: Answer): Promise<{ readonly values: unknown[]; readonly sizes: number[] }> {
  const values: unknown[] = [];
  const sizes: number[] = [];
  for await (const part of readListParts(answer, options)) {
    expect(part.resourceVersion).toBe("7");
    const found = part.pieces === undefined ? part.items : Array.from(part.pieces, ({ value }) => value);
    sizes.push(found.length);
    values.push(...found);
  }
  return { values, sizes };
}

describe("a list in parts", () => {
  it.each([1_000, 16_384, 100_001, 10_000_000])(
    "should be the whole list, however its bytes are cut: %d a chunk",
    async (size) => {
      const { answer, state } = toAnswer(list, size);
      const { values, sizes } = await collect(answer);
      expect(values).toEqual(plain);
      expect(sizes.length).toBeGreaterThan(1);
      expect(state.released).toBe(1);
    },
  );

  it("should come as it is where it cannot be cut, and where it is empty", async () => {
    for (const items of [[{ apiVersion: "x/v1", kind: "X", metadata: {} }], [], null]) {
      const bytes = Buffer.from(JSON.stringify({ apiVersion: "x/v1", items, metadata: { resourceVersion: "7" } }));
      expect((await collect(toAnswer(bytes, 10).answer)).values).toEqual(items ?? []);
    }
  });

  it("should throw behind what came before the connection broke", async () => {
    const { answer, state } = toAnswer(list.subarray(0, 900_000), 50_000, { torn: true });
    const names: unknown[] = [];
    const read = async () => {
      for await (const { pieces = [] } of readListParts(answer, options))
        for (const { value } of pieces) names.push(value);
    };
    await expect(read()).rejects.toMatchObject({ reason: "ConnectionFailed" });
    expect(names).toEqual(plain.slice(0, names.length));
    expect(names.length).toBeGreaterThan(100);
    expect(state.released).toBe(1);
  });

  it.each([
    ["ends in the midst of an item", list.subarray(0, list.length - 40)],
    ["ends between two items", Buffer.from(list.toString().replace(/,\{"metadata":\{"name":"pod-1999".*/su, ""))],
    ["is not JSON", Buffer.from(list.toString().replace('"spec":{"note"', '"spec":{note"'))],
    ["names no version", Buffer.from(list.toString().replace('"resourceVersion":"7"', '"resourceVersion":7'))],
    ["is no list", Buffer.from("[]")],
  ])("should be refused where it %s", async (_what, bytes) => {
    await expect(collect(toAnswer(bytes, 65_536).answer)).rejects.toMatchObject({ reason: "MalformedResponse" });
  });

  it("should give up the rest where nobody reads on", async () => {
    const { answer, state } = toAnswer(list, 65_536);
    for await (const _part of readListParts(answer, options)) break;
    expect(state.released).toBe(1);
  });

  it("should bound what it holds of an answer that cannot be cut", async () => {
    const { answer } = toAnswer(Buffer.from(`{"items":[{"metadata":{"a":"${"x".repeat(5_000_000)}`), 65_536);
    await expect(collect(answer)).rejects.toBeInstanceOf(KubeError);
  });
});
