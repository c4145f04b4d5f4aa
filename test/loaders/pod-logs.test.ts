import { describe, expect, it } from "vitest";
import type { KubeClient, LogQuery } from "../../src/kube/client.ts";
import type { PodRow } from "../../src/kube/rows/row.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import { defaultLimits } from "../../src/loaders/limits.ts";
import type { LogArgs, PodLogsValue } from "../../src/loaders/request-context.ts";
import { pod } from "./support/objects.ts";
import type { PodOptions } from "./support/objects.ts";
import { createWorld } from "./support/world.ts";

interface Asked {
  readonly value: PodLogsValue;
  readonly query: LogQuery;
}

async function ask(
  options: PodOptions,
  args: Partial<LogArgs> = {},
  bytes: Uint8Array = new Uint8Array(),
  maxLogBytes = 1000,
): Promise<Asked> {
  let query: LogQuery | undefined;
  const log: KubeClient["log"] = (_pod, given) => {
    query = given;
    return Promise.resolve(bytes.subarray(Math.max(0, bytes.byteLength - (given.limitBytes ?? bytes.byteLength))));
  };
  const world = createWorld([{ name: "home", role: "home", client: { log } }]);
  world.put("home", pod("a", options));
  const loaders = createLoaders(world.options({ limits: { ...defaultLimits, maxLogBytes } }));
  const row = loaders.object(
    { cluster: "home", apiVersion: "v1", kind: "Pod", namespace: "default", name: "a" },
    {},
  ) as PodRow;
  const value = await loaders.podLogs(row, { tailLines: 100, previous: false, timestamps: false, ...args });
  return { value, query: query! };
}

const annotated = { "kubectl.kubernetes.io/default-container": "side" };

describe("logs", () => {
  it.each<readonly [string, PodOptions, Partial<LogArgs>, string]>([
    ["the only one", { containers: ["only"] }, {}, "only"],
    ["the annotated one", { containers: ["app", "side"], annotations: annotated }, {}, "side"],
    [
      "the named one before the annotated",
      { containers: ["app", "side"], annotations: annotated },
      { container: "app" },
      "app",
    ],
    ["the only one where the annotation names none", { containers: ["only"], annotations: annotated }, {}, "only"],
  ])("should be of %s", async (_name, options, args, expected) => {
    const { value, query } = await ask(options, args);
    expect(value.container).toBe(expected);
    expect(query.container).toBe(expected);
  });

  it("should name the containers where one must be chosen", async () => {
    await expect(ask({ containers: ["app", "side"] })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
      message: expect.stringContaining("app, side") as string,
    });
    await expect(ask({}, { container: "ap" })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
      message: expect.stringContaining("it has app") as string,
    });
  });

  it("should pass on what was asked, within limits", async () => {
    const { query } = await ask({}, { tailLines: 7, since: "90500ms", previous: true, timestamps: true });
    expect(query).toEqual({
      container: "app",
      tailLines: 7,
      sinceSeconds: 91,
      previous: true,
      timestamps: true,
      limitBytes: 1001,
    });
    await expect(ask({}, { tailLines: 10_001 })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    await expect(ask({}, { tailLines: -1 })).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    await expect(ask({}, { since: "soon" })).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
  });

  it("should keep the end, cut between characters, and replace what is not UTF-8", async () => {
    const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect((await ask({}, {}, encode("one\ntwo\n"), 8)).value).toMatchObject({ text: "one\ntwo\n", truncated: false });
    expect((await ask({}, {}, encode("one\ntwo\n"), 4)).value).toMatchObject({ text: "two\n", truncated: true });
    expect((await ask({}, {}, encode("xäb"), 2)).value).toMatchObject({ text: "b", truncated: true });
    expect((await ask({}, {}, new Uint8Array([0x61, 0xff, 0x62]))).value.text).toBe("a\ufffdb");
  });
});
