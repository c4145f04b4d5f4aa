import { ObjectType } from "type-graphql";
import { Group } from "./aggregate-group.ts";
import { createEnum } from "./create-enum.ts";

export const ObjectGroupField = createEnum("ObjectGroupField", "What objects can be grouped by.", {
  CLUSTER: "Cluster name.",
  NAMESPACE: "Namespace.",
});
export type ObjectGroupField = keyof typeof ObjectGroupField;

@ObjectType({ description: "A group of objects.", simpleResolvers: true })
export class ObjectGroup extends Group {}
