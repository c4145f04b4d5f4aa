import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Access } from "../../src/auth/access.ts";
import { answerMaxAgeMs } from "../../src/auth/asked-user.ts";
import { toImpersonatedGroups } from "../../src/kube/rbac/implied-groups.ts";
import type { RbacUser } from "../../src/kube/rbac/rbac.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { naiveAllows, naiveRules } from "../kube-vocabulary/rbac/naive-rbac.ts";
import type { RbacState } from "../kube-vocabulary/rbac/naive-rbac.ts";
import { createAuthWorld, user } from "./support/auth-world.ts";
import { arbitraryRights, readable, rightsNames } from "../support/rights/arbitrary-rights.ts";

const { namespaces, objects: names } = rightsNames;
const { state: rightsState, user: rightsUser } = arbitraryRights(rightsNames);

const objectsOf = (state: RbacState): KubeObject[] => Object.values(state).flat() as KubeObject[];

/** Every question that reading puts, with the answer of the state evaluated word by word. */
function expected(state: RbacState, { username, groups }: RbacUser): Record<string, boolean> {
  const who = { username, groups: toImpersonatedGroups(username, groups) };
  const answers: Record<string, boolean> = {};
  for (const { resource, id } of readable) {
    const kind = { group: id.group, resource: id.plural };
    for (const namespace of id.namespaced ? namespaces : [""]) {
      const allows = (verb: string, name = ""): boolean => {
        // The API server takes the name of a Namespace for the namespace of a request about it.
        const place = resource === "namespaces" ? name : namespace;
        return naiveAllows(state, who, { ...kind, verb, namespace: place, name });
      };
      answers[`list ${resource} ${namespace}`] = allows("list");
      answers[`watch ${resource} ${namespace}`] = allows("list") && allows("watch");
      for (const name of names) answers[`get ${resource} ${namespace}/${name}`] = allows("get", name);
    }
    if (!id.namespaced) continue;
    const lists = (namespace: string): boolean => naiveAllows(state, who, { ...kind, verb: "list", namespace });
    answers[`all ${resource}`] = lists("");
    answers[`some ${resource}`] = ["", ...namespaces].some(lists);
  }
  return answers;
}

function found(access: Access): Record<string, boolean> {
  const answers: Record<string, boolean> = {};
  for (const { resource, id } of readable) {
    for (const namespace of id.namespaced ? namespaces : [""]) {
      const partition = { cluster: "home", resource, namespace };
      answers[`list ${resource} ${namespace}`] = access.list.sees(partition);
      answers[`watch ${resource} ${namespace}`] = access.watch.sees(partition);
      for (const name of names) answers[`get ${resource} ${namespace}/${name}`] = access.gets(partition, name);
    }
    if (!id.namespaced) continue;
    const extent = access.list.extent("home", resource);
    answers[`all ${resource}`] = extent === "all";
    answers[`some ${resource}`] = extent !== "none";
  }
  return answers;
}

/** Whether RBAC gives them anything on any resource. */
function hasAny(state: RbacState, { username, groups }: RbacUser): boolean {
  const who = { username, groups: toImpersonatedGroups(username, groups) };
  return namespaces.some((namespace) => naiveRules(state, who, namespace).length > 0);
}

describe("rights, kept and asked, beside RBAC evaluated word by word", () => {
  const run = (authorization: "local" | "asked", mood: "truthful" | "incomplete" = "truthful"): Promise<void> =>
    fc.assert(
      fc.asyncProperty(
        fc.array(rightsState, { minLength: 1, maxLength: 3 }),
        fc.array(rightsUser, { minLength: 1, maxLength: 3 }),
        async (states, users) => {
          const world = createAuthWorld([{ name: "home", authorization, namespaces: namespaces }]);
          world.mood("home", mood);
          try {
            for (const state of states) {
              world.setRbac("home", ...objectsOf(state));
              if (authorization === "asked") await world.clock.advance(answerMaxAgeMs + 1);
              for (const someone of users) {
                const access = await world.access(user(someone.username, "home", someone.groups));
                const truth = expected(state, someone);
                const answers = found(access);
                if (mood === "incomplete") {
                  // Single names are learnt from rules reviews alone: where those tell nothing there may be more.
                  const wrong = Object.keys(truth).filter((key) => answers[key] !== truth[key] && (answers[key] === true || !key.startsWith("get"))); // prettier-ignore
                  expect(wrong).toEqual([]);
                  continue;
                }
                expect(answers).toEqual(truth);
                if (Object.values(truth).includes(true)) expect(access.state("home")).toBe("known");
                if (authorization === "local") expect(access.state("home") === "known").toBe(hasAny(state, someone));
              }
            }
          } finally {
            world.authorizer.close();
          }
        },
      ),
      { numRuns: 60 },
    );

  it("should be what RBAC says while roles change, where they are kept", () => run("local"));
  it("should be what RBAC says while roles change, where the cluster is asked", () => run("asked"));
  it("should never be more than RBAC says where reviews leave things out", () => run("asked", "incomplete"));

  it("should be the same scopes by either way of knowing", async () => {
    await fc.assert(
      fc.asyncProperty(rightsState, rightsUser, async (state, someone) => {
        const worlds = (["local", "asked"] as const).map((authorization) => createAuthWorld([{ name: "home", authorization, namespaces: namespaces, rbac: objectsOf(state) }])); // prettier-ignore
        const [local, asked] = await Promise.all(worlds.map(({ access }) => access(user(someone.username, "home", someone.groups)))); // prettier-ignore
        worlds.forEach(({ authorizer }) => authorizer.close());
        expect(found(local!)).toEqual(found(asked!));
      }),
      { numRuns: 100 },
    );
  });
});
