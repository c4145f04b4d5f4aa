import { ObjectType } from "type-graphql";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";

@ObjectType({
  description:
    "What an object of a kind without a type of its own happens to be. Match on KubernetesObject, never on this type: a kind may get its own type in a minor release.",
  implements: [Node, KubernetesObject],
  simpleResolvers: true,
})
export class GenericResource extends KubernetesObject {}
