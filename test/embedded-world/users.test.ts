import { once } from "node:events";
import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmbeddedFleet } from "../../src/embedded-fleet.ts";
import type { EmbeddedFleet } from "../../src/embedded-fleet.ts";
import { systemIdentity } from "../../src/kube/identity.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { grant, serviceAccountToken, toExtras, tokenOf } from "../support/embedded-users.ts";

const users = {
  home: [
    { name: "ann", groups: ["shop-team"] },
    {
      name: "sam",
      grants: [{ namespace: "shop", rules: [{ verbs: ["get"], apiGroups: [""], resources: ["secrets"], resourceNames: ["cart-secret"] }] }], // prettier-ignore
    },
    { name: "ops", grants: [{ clusterRole: "cluster-admin" }] },
  ],
  tokyo: [{ name: "ann" }],
};

let fleet: EmbeddedFleet;
beforeAll(async () => {
  const extras = (cluster: string): ReturnType<typeof toExtras> => toExtras(users[cluster as keyof typeof users] ?? []);
  fleet = createEmbeddedFleet({ clock: systemClock, random: Math.random, logger: silentLogger, extras });
  await Promise.all([fleet.start("home", "home"), fleet.start("tokyo", "tokyo")]);
});
afterAll(() => fleet.close());

/** Status codes of GETs with the token over HTTPS, as anybody on this machine would send them. */
async function codes(cluster: string, token: string, ...paths: readonly string[]): Promise<(number | undefined)[]> {
  const { url, caPem } = fleet.get(cluster)!;
  return Promise.all(
    paths.map(async (path) => {
      const headers = { authorization: `Bearer ${token}` };
      const sent = request(`${url}${path}`, { agent: false, ca: caPem, headers }).end();
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    }),
  );
}

const pods = "/api/v1/namespaces/shop/pods";
const secret = "/api/v1/namespaces/shop/secrets/cart-secret";

describe("users of embedded clusters", () => {
  it("should be known by their tokens, with the rights of their groups and of roles of their own", async () => {
    expect(await codes("home", tokenOf("ann"), pods, secret, "/api/v1/pods")).toEqual([200, 200, 403]);
    expect(await codes("home", tokenOf("sam"), secret, "/api/v1/namespaces/shop/secrets", pods)).toEqual([200, 403, 403]); // prettier-ignore
    expect(await codes("home", tokenOf("ops"), "/api/v1/pods", "/metrics-of-anything")).toEqual([200, 404]);
    expect(await codes("home", "unknown", pods)).toEqual([401]);
  });

  it("should be somebody else, or nobody, in another cluster", async () => {
    expect(await codes("tokyo", tokenOf("ann"), pods)).toEqual([403]);
    expect(await codes("tokyo", tokenOf("sam"), pods)).toEqual([401]);
  });

  it("should gain and lose rights at once", async () => {
    const revoke = await grant(fleet, "tokyo", "ann", { namespace: "media", clusterRole: "view" });
    const path = "/api/v1/namespaces/media/pods";
    expect(await codes("tokyo", tokenOf("ann"), path)).toEqual([200]);
    await revoke();
    expect(await codes("tokyo", tokenOf("ann"), path)).toEqual([403]);
  });

  it("should come and go while the cluster runs, and expire", async () => {
    const { tokens } = fleet.get("tokyo")!.api;
    tokens.add({ token: "brief", username: "joe" });
    tokens.add({ token: "late", username: "joe", expiresAtMs: systemClock.now() - 1 });
    expect(await codes("tokyo", "brief", "/api")).toEqual([200]);
    expect(await codes("tokyo", "late", "/api")).toEqual([401]);
    tokens.remove("brief");
    expect(await codes("tokyo", "brief", "/api")).toEqual([401]);
  });

  it("should know a ServiceAccount by its token until it is deleted", async () => {
    const token = await serviceAccountToken(fleet, "home", "shop", "deployer");
    expect(await codes("home", token, pods, "/api/v1/nodes")).toEqual([200, 403]);
    expect(await codes("tokyo", token, pods)).toEqual([401]);
    const account = { group: "", version: "v1", plural: "serviceaccounts", kind: "ServiceAccount", namespaced: true };
    const { client } = fleet.get("home")!.api;
    const signal = new AbortController().signal;
    const as = systemIdentity("test");
    const key = { namespace: "shop", name: "deployer" };
    await client.delete(account, key, {}, { signal, as, fieldManager: "test" });
    expect(await codes("home", token, pods)).toEqual([401]);
  });
});
