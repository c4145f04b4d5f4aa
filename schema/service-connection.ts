import { ObjectType } from "type-graphql";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";
import { Service } from "./service.ts";

@ObjectType({ description: "One service and its place in the list.", simpleResolvers: true })
export class ServiceEdge extends Edge {
  @Item(() => Service)
  readonly node!: Service;
}

@ObjectType({
  description:
    "A page of a list of services. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class ServiceConnection extends Connection {
  @Edges(() => ServiceEdge)
  readonly edges!: readonly ServiceEdge[];

  @Nodes(() => Service)
  readonly nodes!: readonly Service[];
}
