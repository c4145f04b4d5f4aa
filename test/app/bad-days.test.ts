import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startEmbeddedFront } from "../support/embedded-front.ts";
import type { EmbeddedFront, EmbeddedFrontOptions } from "../support/embedded-front.ts";
import { eventually } from "../support/eventually.ts";
import { startTestApp } from "../support/start-test-app.ts";
import type { TestApp, TestAppOptions } from "../support/start-test-app.ts";
import { createTestAuthority } from "../support/tls-certificates.ts";
import type { TestAuthority } from "../support/tls-certificates.ts";

interface ReadState {
  readonly cluster: { readonly name: string };
  readonly state: string;
  readonly code: string | null;
  readonly skipped: number;
}

const listQuery = `{ resources(apiVersion: "v1", kind: "ConfigMap") {
  complete nodes { name cluster { name } } readStates { cluster { name } state code reason skipped }
} clusters { nodes { name health { state reason } } } }`;

/** Probes as fast as tests want them. */
const transportLimits = {
  readTimeoutMs: 2_000,
  watchStartTimeoutMs: 1_000,
  retryBaseMs: 20,
  retryMaxMs: 100,
  breakerBaseMs: 100,
  breakerMaxMs: 500,
  credentialsAgeMs: 50,
  probe: { intervalMs: 150, timeoutMs: 300, confirmMs: 30, failureThreshold: 2, successThreshold: 1 },
};

/** Each cluster is an embedded API behind a TLS server of the test's own, which has the bad day. */
describe("a fleet on a bad day", () => {
  let authority: TestAuthority;
  let folder: string;
  const fronts: EmbeddedFront[] = [];
  let fleet: TestApp | undefined;

  beforeAll(async () => {
    authority = await createTestAuthority();
    folder = await mkdtemp(join(tmpdir(), "fleetgraph-bad-days-"));
  });
  afterEach(async () => {
    await fleet?.stop();
    fleet = undefined;
    for (const front of fronts.splice(0)) await front.server.close();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const front = async (name: string, more: Partial<EmbeddedFrontOptions> = {}): Promise<EmbeddedFront> => {
    const started = await startEmbeddedFront({ name, authority, ...more });
    fronts.push(started);
    if (more.api === undefined) await started.configMap(`of-${name}`);
    return started;
  };
  const serve = async (options: TestAppOptions): Promise<TestApp> => {
    fleet = await startTestApp({ transportLimits, ...options });
    return fleet;
  };
  /** What the fleet says now: rows without those that every cluster has, and how far each cluster is to be trusted. */
  const look = async (app: TestApp) => {
    const { data, errors } = await app.query(listQuery);
    expect(errors).toBeUndefined();
    const states = new Map<string, ReadState>();
    for (const one of data.resources.readStates as ReadState[]) states.set(one.cluster.name, one);
    const rows = (data.resources.nodes as { name: string; cluster: { name: string } }[]).map(
      ({ name, cluster }) => `${cluster.name}/${name}`,
    );
    const health = Object.fromEntries(
      data.clusters.nodes.map((one: { name: string; health: { state: string } }) => [one.name, one.health.state]),
    );
    return { rows, states, health: health as Record<string, string>, complete: data.resources.complete as boolean };
  };
  const inStep = (app: TestApp, ...names: readonly string[]) =>
    eventually(async () => {
      const now = await look(app);
      for (const name of names) {
        expect(now.states.get(name)?.state).toBe("FRESH");
        expect(now.rows).toContain(`${name}/of-${name}`);
      }
      return now;
    });
  const create = (app: TestApp, cluster: string, name: string) =>
    app.query(
      "mutation ($cluster: String!, $manifest: JSON!) { applyResource(input: { cluster: $cluster, manifest: $manifest }) { created } }",
      {
        cluster,
        manifest: { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" }, data: {} },
      },
    );

  it("should serve the others at once where a cluster is down at the start, and it when it comes", async () => {
    const [home, paris] = [await front("home"), await front("paris")];
    const { port } = paris.server;
    await paris.server.close();
    const app = await serve({ clusters: [home.config({ role: "home" }), paris.config()] });
    await inStep(app, "home");
    await eventually(async () => {
      const { states, health, complete } = await look(app);
      expect(states.get("paris")).toMatchObject({ state: "UNREACHABLE", code: "CLUSTER_UNAVAILABLE" });
      expect(health).toEqual({ home: "UP", paris: "DOWN" });
      expect(complete).toBe(false);
    });
    await front("paris", { port, api: paris.api });
    expect((await inStep(app, "home", "paris")).complete).toBe(true);
  });

  it.each([{ day: "cut" }, { day: "hung" }])(
    "should serve the rows of a $day cluster as stale, say so once, and heal by itself (YH-19)",
    async ({ day }) => {
      const [home, paris] = [await front("home"), await front("paris")];
      const app = await serve({ clusters: [home.config({ role: "home" }), paris.config()] });
      await inStep(app, "home", "paris");
      const changes: string[] = [];
      const stream = app.subscribe(
        "subscription { healthChanged { subject { __typename ... on Cluster { name } } from to } }",
      );
      const listening = (async () => {
        for await (const { subject, from, to } of stream) {
          if (subject.__typename === "Cluster") changes.push(`${subject.name} ${from} ${to}`);
          if (changes.length === 2) break;
        }
      })();
      await eventually(async () =>
        expect(await (await fetch(`${app.url}/metrics`)).text()).toMatch(
          /subscriptions_active\{transport="websocket"\} 1/,
        ),
      );
      const { port } = paris.server;
      if (day === "cut") await paris.server.close();
      else paris.server.hangs = true;
      await home.configMap("meanwhile");
      await eventually(async () => {
        const { rows, states, health } = await look(app);
        expect(rows).toEqual(expect.arrayContaining(["home/of-home", "home/meanwhile", "paris/of-paris"]));
        expect(states.get("home")?.state).toBe("FRESH");
        expect(states.get("paris")?.state).toBe("STALE");
        expect(health).toEqual({ home: "UP", paris: "DOWN" });
      });
      // Several more probes say the same: that is no change.
      const probed = home.server.probes;
      await eventually(() => expect(home.server.probes).toBeGreaterThan(probed + 4));
      expect(changes).toEqual(["paris UP DOWN"]);
      if (day === "cut") await front("paris", { port, api: paris.api });
      else {
        paris.server.hangs = false;
        // What hung is never answered: the real thing that wakes up answers or resets.
        paris.server.cut();
      }
      await inStep(app, "home", "paris");
      await eventually(() => expect(changes).toEqual(["paris UP DOWN", "paris DOWN UP"]));
      await listening;
    },
  );

  it("should give the rows of the others without waiting for a slow cluster", async () => {
    const [home, paris] = [await front("home"), await front("paris")];
    const undo = paris.api.faults.stall();
    const app = await serve({ clusters: [home.config({ role: "home" }), paris.config()] });
    const { rows, states } = await inStep(app, "home");
    expect(rows).not.toContain("paris/of-paris");
    expect(states.get("paris")?.state).not.toBe("FRESH");
    undo();
    await inStep(app, "home", "paris");
  });

  it("should go on with a renewed token where the old one is refused", async () => {
    const home = await front("home");
    const tokenFile = join(folder, "token");
    await writeFile(tokenFile, "first");
    let good = "first";
    home.allows = ({ headers }) => headers.authorization === `Bearer ${good}`;
    const app = await serve({ clusters: [home.config({ role: "home" }, { tokenFile })] });
    await inStep(app, "home");
    good = "second";
    home.server.cut();
    await eventually(async () =>
      expect((await create(app, "home", "refused")).errors?.[0]?.extensions["code"]).toBe("CLUSTER_UNAVAILABLE"),
    );
    expect((await look(app)).rows).toContain("home/of-home");
    await writeFile(tokenFile, "second");
    await eventually(async () => expect((await create(app, "home", "taken")).errors).toBeUndefined());
    await eventually(async () => expect((await inStep(app, "home")).rows).toContain("home/taken"));
  });

  it("should go on with a client certificate that was rotated in its file", async () => {
    const home = await front("home");
    const pemFile = join(folder, "client.pem");
    const write = async (user: string): Promise<void> => {
      const { cert, key } = await authority.client(user);
      await writeFile(pemFile, `${cert}${key}`);
    };
    await write("old");
    let good = "old";
    home.allows = ({ socket }) => {
      const { subject } = (socket as TLSSocket).getPeerCertificate();
      return subject?.CN === good;
    };
    const credentials = { clientCertificate: { file: pemFile }, clientKey: { file: pemFile } };
    const app = await serve({ clusters: [home.config({ role: "home" }, credentials)] });
    await inStep(app, "home");
    await write("new");
    good = "new";
    home.server.cut();
    await home.configMap("after");
    await eventually(async () => expect((await inStep(app, "home")).rows).toContain("home/after"));
  });

  it("should serve and write nothing where another cluster answers under the name, and go on when the right one is back", async () => {
    const [home, paris] = [await front("home"), await front("paris")];
    const app = await serve({ clusters: [home.config({ role: "home" }), paris.config()] });
    await inStep(app, "home", "paris");
    paris.server.uid = "uid-of-another";
    paris.server.cut();
    await eventually(async () => {
      const { rows, states } = await look(app);
      expect(states.get("paris")).toMatchObject({ state: "UNREACHABLE", code: "IDENTITY_CHANGED" });
      expect(rows).not.toContain("paris/of-paris");
      expect(rows).toContain("home/of-home");
    });
    const { errors } = await create(app, "paris", "never");
    expect(errors?.[0]?.extensions["code"]).toBe("IDENTITY_CHANGED");
    expect(paris.served.filter((line) => line.startsWith("P"))).toEqual([]);
    const { port } = paris.server;
    await paris.server.close();
    await eventually(async () => expect((await look(app)).health).toEqual({ home: "UP", paris: "DOWN" }));
    await front("paris", { port, api: paris.api });
    await inStep(app, "home", "paris");
  });

  it("should refuse the same cluster under a second name", async () => {
    const home = await front("home");
    const again = await front("again", { uid: "uid-home", api: home.api });
    const app = await serve({ clusters: [home.config({ role: "home" }), again.config()] });
    await inStep(app, "home");
    await eventually(async () => {
      const { rows, states } = await look(app);
      expect(rows.filter((row) => row.endsWith("/of-home"))).toEqual(["home/of-home"]);
      expect(states.get("again")).toMatchObject({ state: "UNREACHABLE", code: "IDENTITY_CHANGED" });
    });
    const { errors } = await create(app, "again", "never");
    expect(errors?.[0]?.message).toContain('configured as "home" already');
  });

  it("should skip and count malformed objects, and serve all the others", async () => {
    const [home, paris] = [await front("home"), await front("paris")];
    await paris.configMap("another");
    paris.api.faults.malform("configmaps", 1);
    const app = await serve({ clusters: [home.config({ role: "home" }), paris.config()] });
    await eventually(async () => {
      const { rows, states, complete } = await look(app);
      expect(states.get("paris")).toMatchObject({ state: "FRESH", skipped: 1 });
      expect(rows.filter((row) => row.startsWith("paris/"))).toHaveLength(1);
      expect(rows).toContain("home/of-home");
      expect(complete).toBe(false);
    });
    expect(await (await fetch(`${app.url}/metrics`)).text()).toMatch(
      /fleetgraph_cache_skipped_objects\{cluster="paris",resource="configmaps"\} 1/,
    );
  });

  it("should end with the API's own rows after torn frames, expired versions, refusals and cut streams", async () => {
    const home = await front("home");
    const app = await serve({ clusters: [home.config({ role: "home" })] });
    await inStep(app, "home");
    const { faults } = home.api;
    for (let round = 0; round < 6; round++) {
      faults.tearFrames("configmaps", 1);
      await home.configMap(`torn-${round}`);
      if (round % 2 === 0) faults.expireVersions();
      faults.answer({ status: 429, reason: "TooManyRequests", retryAfterSeconds: 0, count: 2 });
      faults.answer({ status: 503, reason: "ServiceUnavailable", count: 2 });
      faults.cutStreams({ abruptly: round % 3 === 0 });
      await home.configMap(`after-${round}`);
    }
    const wanted = ["of-home", ...[0, 1, 2, 3, 4, 5].flatMap((round) => [`torn-${round}`, `after-${round}`])];
    await eventually(async () => {
      const { rows, complete } = await look(app);
      expect(rows.toSorted()).toEqual(wanted.map((name) => `home/${name}`).toSorted());
      expect(complete).toBe(true);
    }, 15_000);
  });
});
