import { ObjectType } from "type-graphql";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";
import { Deployment } from "./deployment.ts";

@ObjectType({ description: "One Deployment and its place in the list.", simpleResolvers: true })
export class DeploymentEdge extends Edge {
  @Item(() => Deployment)
  readonly node!: Deployment;
}

@ObjectType({
  description:
    "A page of a list of Deployments. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class DeploymentConnection extends Connection {
  @Edges(() => DeploymentEdge)
  readonly edges!: readonly DeploymentEdge[];

  @Nodes(() => Deployment)
  readonly nodes!: readonly Deployment[];
}
