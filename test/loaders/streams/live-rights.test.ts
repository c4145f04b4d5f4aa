import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createAuthorizer } from "../../../src/auth/authorizer.ts";
import type { Access } from "../../../src/auth/access.ts";
import type { UserIdentity } from "../../../src/kube/identity.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import type { ChangeMessage } from "../../../src/loaders/request-context.ts";
import { createHealthLog } from "../../../src/loaders/streams/health-log.ts";
import { createStreams } from "../../../src/loaders/streams/create-streams.ts";
import { createObjects, toRbac } from "../../support/embedded-users.ts";
import { eventually } from "../../support/eventually.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { createLiveFleet } from "../support/live-fleet.ts";

const joe: UserIdentity = { kind: "user", username: "joe", groups: ["system:authenticated"], realm: "home" };
const view = (namespace: string) =>
  toRbac("joe", { namespace, clusterRole: "view" }, `joe-${randomUUID().slice(0, 8)}`);

function configMap(namespace: string, name: string): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name }, data: { of: namespace } } as KubeObject;
}

/** Two embedded clusters, and what joe, of the first one's realm, is told of their ConfigMaps. */
async function begin(authorization: "local" | "asked", clock: Clock) {
  const believes = [{ realm: "home", usernamePrefix: "", groupsPrefix: "" }];
  const fleet = await createLiveFleet([
    { name: "home", authorization },
    { name: "abroad", authorization, believes },
  ]);
  const api = (cluster: string) => fleet.apis.get(cluster)!;
  for (const cluster of ["home", "abroad"]) {
    for (const name of ["shop", "media"]) {
      await createObjects(api(cluster), [{ apiVersion: "v1", kind: "Namespace", metadata: { name } }]);
      await createObjects(api(cluster), [configMap(name, "first")]);
    }
  }
  const options = fleet.options({ clock });
  const { cache } = fleet;
  const authorizer = createAuthorizer({ registry: options.registry, cache, clock, logger: silentLogger });
  const healthLog = createHealthLog({ registry: options.registry, cache, clock, id: "test", limit: 100 });
  const gone = new AbortController();
  const access = async (): Promise<Access> => authorizer.access(joe, gone);
  const streams = async () =>
    createStreams({ ...options, identity: joe, access: await access(), signal: gone.signal, cache, authorizer, healthLog, maxPending: 100 }); // prettier-ignore
  const messages: ChangeMessage[] = [];
  const follow = async (): Promise<void> => {
    const stream = (await streams()).resources({ apiVersion: "v1", kind: "ConfigMap", snapshot: true });
    for await (const message of stream) messages.push(message);
  };
  const told = (): readonly string[] =>
    messages.flatMap(({ type, reason, objects }) => objects.map((row) => `${type} ${reason} ${row.clusterName}|${row.namespace}/${row.name}`)); // prettier-ignore
  return {
    api,
    access,
    follow,
    messages,
    told,
    async close() {
      gone.abort();
      authorizer.close();
      healthLog.close();
      await fleet.close();
    },
  };
}

describe.each(["local", "asked"] as const)("rights in streams of clusters whose RBAC is %s", (authorization) => {
  it("should follow what is granted and taken away, of kinds that are not always cached, and never tell of another's", async () => {
    const clock = authorization === "local" ? systemClock : createFakeClock();
    const world = await begin(authorization, clock);
    // Asked clusters are asked again within ten seconds (DESIGN 11).
    const pass = async (): Promise<void> => {
      if ("advance" in clock) await (clock as ReturnType<typeof createFakeClock>).advance(2_000);
    };
    const until = (check: () => void | Promise<void>): Promise<void> =>
      eventually(async () => {
        await pass();
        await check();
      });
    await createObjects(world.api("home"), view("shop"));
    await until(async () => expect((await world.access()).watch.extent("home", "pods")).toBe("some"));
    const following = world.follow();
    await until(() => expect(world.messages.at(-1)?.type).toBe("SYNCED"));
    expect(world.told()).toEqual(["SNAPSHOT null home|shop/first"]);
    expect(JSON.stringify(world.messages)).not.toContain("abroad");

    const takeMedia = await createObjects(world.api("home"), view("media"));
    await until(() => expect(world.told().at(-1)).toBe("ADDED GAINED_ACCESS home|media/first"));
    const takeAbroad = await createObjects(world.api("abroad"), view("shop"));
    await until(() =>
      expect(world.told().at(-1)).toMatch(/^ADDED (GAINED_ACCESS|CHANGED|SYNTHESISED) abroad\|shop\/first$/),
    );

    await takeMedia();
    await until(() => expect(world.told().at(-1)).toBe("DELETED LOST_ACCESS home|media/first"));
    await takeAbroad();
    await until(() => expect(world.told().at(-1)).toBe("DELETED LOST_ACCESS abroad|shop/first"));

    const count = world.messages.length;
    for (const [cluster, namespace] of [["home", "media"], ["abroad", "shop"], ["abroad", "media"], ["home", "shop"]] as const)
      await createObjects(world.api(cluster), [configMap(namespace, "second")]); // prettier-ignore
    await until(() => expect(world.told().at(-1)).toBe("ADDED CHANGED home|shop/second"));
    expect(world.messages.length).toBe(count + 1);
    expect(Buffer.from(world.messages.at(-1)?.cursor ?? "", "base64url").toString()).not.toContain("abroad");
    await world.close();
    await following;
  });
});

describe("kinds that nobody may see", () => {
  it("should not be fetched for a stream", async () => {
    const world = await begin("local", systemClock);
    await createObjects(world.api("home"), toRbac("joe", { rules: [{ verbs: ["list"], apiGroups: [""], resources: ["pods"] }] }, "joe")); // prettier-ignore
    await eventually(async () => expect((await world.access()).state("home")).toBe("known"));
    const following = world.follow();
    await eventually(() => expect(world.messages.at(-1)?.type).toBe("SYNCED"));
    expect(
      world.messages.map(({ type, readStates }) => [
        type,
        readStates.map(({ clusterName, state }) => [clusterName, state]),
      ]),
    ).toEqual([["SYNCED", [["home", "FORBIDDEN"]]]]);
    expect(world.messages[0]?.readStates[0]?.resource).toBe("configmaps");
    await world.close();
    await following;
  });
});
