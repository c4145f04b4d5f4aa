import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { KubeClient } from "../../src/kube/client.ts";
import { KubeError } from "../../src/kube/kube-error.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { toRecord } from "../../src/kube/read-json.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import type { LogFields, Logger } from "../../src/lib/logger.ts";
import { createAuditTrail } from "../../src/loaders/audit-trail.ts";
import type { AuditTrail } from "../../src/loaders/audit-trail.ts";
import { createWriters } from "../../src/loaders/writers.ts";
import type { Writers } from "../../src/loaders/request-context.ts";
import { createLiveFleet } from "./support/live-fleet.ts";
import type { LiveFleet } from "./support/live-fleet.ts";

let fleet: LiveFleet;
let lines: LogFields[];
let audit: AuditTrail;
let writers: Writers;
/** As whom each Event was written. */
let eventWriters: string[];
let refuseEvents = false;

const watched = (client: KubeClient): KubeClient => ({
  ...client,
  create(resource, object, options) {
    if (resource.kind === "Event") {
      eventWriters.push(options.as.kind);
      if (refuseEvents)
        return Promise.reject(new KubeError({ reason: "Forbidden", message: "no events today", cluster: "home" }));
    }
    return client.create(resource, object, options);
  },
});

beforeAll(async () => {
  fleet = await createLiveFleet([
    { name: "home", wrap: watched },
    { name: "sealed", writable: false },
  ]);
});
afterAll(() => fleet.close());

beforeEach(() => {
  lines = [];
  eventWriters = [];
  refuseEvents = false;
  const logger: Logger = {
    ...silentLogger,
    info: (message, fields = {}) => {
      if (message === "audit") lines.push(fields);
    },
  };
  audit = createAuditTrail({ logger, clock: systemClock, createId: randomUUID });
  writers = createWriters(fleet.options({ audit, requestId: "r-1" }));
});

const settings = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } });
const ref = (name: string, cluster = "home") => ({
  cluster,
  apiVersion: "v1",
  kind: "ConfigMap",
  namespace: "default",
  name,
});
const apply = (name: string, dryRun = false) =>
  writers.apply({ cluster: "home", manifest: settings(name), force: false, dryRun });

async function eventsAbout(name: string) {
  await audit.settled();
  const call = { signal: new AbortController().signal, as: { kind: "local" } as const };
  const { items } = await fleet.apis.get("home")!.client.list(knownResources.events, { namespace: "default" }, call);
  return items.map(toRecord).filter((event) => toRecord(event["involvedObject"])["name"] === name);
}

describe("the audit trail", () => {
  it("should leave one line and one Event of a mutation that was done, the Event written as ourselves", async () => {
    const written = await apply("tracked");
    expect(lines).toEqual([
      {
        requestId: "r-1",
        user: "local",
        feature: "apply",
        cluster: "home",
        apiVersion: "v1",
        kind: "ConfigMap",
        namespace: "default",
        name: "tracked",
        uid: written.object!.uid,
        resourceVersion: written.object!.resourceVersion,
        dryRun: false,
        outcome: "done",
        durationMs: expect.any(Number) as number,
      },
    ]);
    const [event, ...others] = await eventsAbout("tracked");
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      type: "Normal",
      reason: "Applied",
      reportingComponent: "fleetgraph",
      involvedObject: { kind: "ConfigMap", uid: written.object!.uid },
      message: "Applied by the local operator through fleetgraph, request r-1.",
    });
    expect(eventWriters).toEqual(["system"]);
    expect(audit.metrics()).toEqual({ eventsWritten: 1, eventsFailed: 0 });
  });

  it("should leave the line but no Event of a dry run", async () => {
    await apply("dry", true);
    expect(lines).toMatchObject([{ name: "dry", dryRun: true, outcome: "done" }]);
    expect(await eventsAbout("dry")).toEqual([]);
  });

  it.each([
    ["a cluster that is not there", { object: ref("x", "nowhere") }, { outcome: "BAD_USER_INPUT" }],
    ["a read-only cluster", { object: ref("x", "sealed") }, { outcome: "FORBIDDEN" }],
    ["an object that is not there", { object: ref("missing") }, { outcome: "NotFound", name: "missing" }],
  ])("should leave the line but no Event of a mutation refused for %s", async (_name, input, line) => {
    await expect(writers.delete({ ...input, dryRun: false })).rejects.toThrow();
    await audit.settled();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ feature: "delete", ...line });
    expect(eventWriters).toEqual([]);
  });

  it("should fail nothing where the Event cannot be written, and count it", async () => {
    refuseEvents = true;
    expect((await apply("silent")).object).toMatchObject({ name: "silent" });
    await audit.settled();
    expect(audit.metrics()).toEqual({ eventsWritten: 0, eventsFailed: 1 });
    expect(lines).toMatchObject([{ outcome: "done" }]);
  });

  it("should say who it was for whom a realm vouched, and what they asked for", async () => {
    const target = {
      client: fleet.apis.get("home")!.client,
      cluster: "home",
      resource: { ...knownResources.deployments },
      namespace: "default",
      name: "Web:Front-",
    };
    const identity = { kind: "user", username: "jane@example.com", groups: ["devs"], realm: "home" } as const;
    audit.record({
      requestId: "r-2",
      identity,
      feature: "scale",
      dryRun: false,
      target,
      outcome: "done",
      durationMs: 1,
      detail: "to 3",
    });
    expect(lines).toMatchObject([{ user: "jane@example.com", realm: "home", feature: "scale" }]);
    const [event] = await eventsAbout("Web:Front-");
    expect(event).toMatchObject({
      metadata: { name: expect.stringMatching(/^web-front\.[0-9a-f-]+$/) as string },
      message: "Scaled to 3 by jane@example.com (home) through fleetgraph, request r-2.",
    });
  });
});
