import { ObjectType } from "type-graphql";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";
import { Event } from "./event.ts";

@ObjectType({ description: "One event and its place in the list.", simpleResolvers: true })
export class EventEdge extends Edge {
  @Item(() => Event)
  readonly node!: Event;
}

@ObjectType({
  description:
    "A page of a list of events. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class EventConnection extends Connection {
  @Edges(() => EventEdge)
  readonly edges!: readonly EventEdge[];

  @Nodes(() => Event)
  readonly nodes!: readonly Event[];
}
