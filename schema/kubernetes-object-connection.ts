import { ObjectType } from "type-graphql";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";
import { KubernetesObject } from "./kubernetes-object.ts";

@ObjectType({ description: "One object and its place in the list.", simpleResolvers: true })
export class KubernetesObjectEdge extends Edge {
  @Item(() => KubernetesObject)
  readonly node!: KubernetesObject;
}

@ObjectType({
  description:
    "A page of a list of objects. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class KubernetesObjectConnection extends Connection {
  @Edges(() => KubernetesObjectEdge)
  readonly edges!: readonly KubernetesObjectEdge[];

  @Nodes(() => KubernetesObject)
  readonly nodes!: readonly KubernetesObject[];
}
