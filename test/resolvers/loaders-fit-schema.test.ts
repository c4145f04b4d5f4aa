import { isEnumType, isInputObjectType, isObjectType } from "graphql";
import { describe, expect, it } from "vitest";
import { buildFleetSchema } from "../../resolvers/build-schema.ts";
import { errorCodes } from "../../src/kube/api-error.ts";
import { kinds } from "../../src/loaders/kinds/kinds.ts";

const schema = buildFleetSchema();

/** Prefixes of the types of each kind: PodWhere, PodOrderField, PodGroupField, PodGroup. */
const prefixes = {
  Cluster: { where: "ClusterWhere" },
  ClusterNode: { where: "ClusterNodeWhere", order: "ClusterNodeOrderField", group: "ClusterNodeGroup" },
  Event: { where: "EventWhere", order: "EventOrderField", group: "ObjectGroup" },
  KubernetesObject: { where: "ObjectWhere", order: "ObjectOrderField", group: "ObjectGroup" },
  Namespace: { where: "NamespaceWhere", order: "ObjectOrderField", group: "ObjectGroup" },
  Pod: { where: "PodWhere", order: "PodOrderField", group: "PodGroup" },
  Service: { where: "ServiceWhere", order: "ObjectOrderField", group: "ObjectGroup" },
  Workload: { where: "WorkloadWhere", order: "WorkloadOrderField", group: "WorkloadGroup" },
} as const satisfies Record<keyof typeof kinds, object>;

describe("what the loaders know", () => {
  for (const [name, types] of Object.entries(prefixes)) {
    const kind = kinds[name as keyof typeof kinds];

    it(`should cover every condition, sort key, group field and figure of ${name}`, () => {
      expect(Object.keys(kind.where)).toEqual(expect.arrayContaining(inputFields(types.where)));
      if (!("order" in types)) return;
      expect(Object.keys(kind.order)).toEqual(expect.arrayContaining(enumNames(types.order)));
      expect(Object.keys(kind.groups)).toEqual(expect.arrayContaining(enumNames(`${types.group}Field`)));
      expect(Object.keys(kind.figures)).toEqual(expect.arrayContaining(figuresOf(types.group)));
    });
  }

  it("should be the error codes of the schema", () => {
    expect([...errorCodes].sort()).toEqual(enumNames("ErrorCode").sort());
  });
});

function inputFields(name: string): string[] {
  const type = schema.getType(name);
  return isInputObjectType(type) ? Object.keys(type.getFields()).filter((field) => !logic.has(field)) : [`no ${name}`];
}

const logic = new Set(["and", "or", "not"]);

function enumNames(name: string): string[] {
  const type = schema.getType(name);
  return isEnumType(type) ? type.getValues().map((value) => value.name) : [`no ${name}`];
}

function figuresOf(name: string): string[] {
  const type = schema.getType(name);
  const frame = new Set(["keys", "count"]);
  return isObjectType(type) ? Object.keys(type.getFields()).filter((field) => !frame.has(field)) : [`no ${name}`];
}
