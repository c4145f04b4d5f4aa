import { afterEach, describe, expect, it } from "vitest";
import { tokenOf } from "../support/embedded-users.ts";
import { eventually } from "../support/eventually.ts";
import { embeddedCluster, startTestApp, tokenMode } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

let fleet: TestApp | undefined;
afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
});

describe("auth.mode token", () => {
  it("should answer each caller by their own rights", async () => {
    fleet = await startTestApp({
      clusters: [embeddedCluster("home", { role: "home" }), embeddedCluster("paris")],
      config: { auth: tokenMode },
      users: {
        home: [
          { name: "ops", grants: [{ clusterRole: "cluster-admin" }] },
          { name: "joe", grants: [{ namespace: "shop", clusterRole: "view" }] },
        ],
      },
    });
    const ask =
      "{ viewer { username realm } clusters { nodes { name } } pods { totalCount complete nodes { namespace } } }";
    await eventually(async () => {
      const { data } = await fleet!.query(ask, {}, tokenOf("ops"));
      expect(data.pods.complete).toBe(true);
      expect(data.pods.totalCount).toBeGreaterThan(5);
    });
  });
});
