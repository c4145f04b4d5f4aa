import { Field, Int, ObjectType } from "type-graphql";
import { PageInfo } from "./page-info.ts";
import { ClusterReadState } from "./read-state.ts";

/** What every edge has; each kind adds `node` by `Item`. */
@ObjectType({ description: "One item and its place in the list.", simpleResolvers: true })
export abstract class Edge {
  @Field(() => String, { description: "Opaque; for after and before of the same where and orderBy." })
  readonly cursor!: string;
}

/** What every connection has; each kind adds `edges` and `nodes` by `Edges` and `Nodes`, most of them `groupBy` in its resolver. */
@ObjectType({ description: "A page of a list.", simpleResolvers: true })
export abstract class Connection {
  @Field(() => PageInfo, { description: "Whether there is more, and from where." })
  readonly pageInfo!: PageInfo;

  @Field(() => Int, { description: "How many match over all pages, of what is known and the caller may see." })
  readonly totalCount!: number;

  @Field(() => Boolean, {
    description:
      "true when every read state is FRESH or STALE and none skipped an object: nothing known to be missing.",
  })
  readonly complete!: boolean;

  @Field(() => [ClusterReadState], {
    description: "One for each cluster and resource that was asked, by cluster (home first), then resource.",
  })
  readonly readStates!: readonly ClusterReadState[];
}

/** The `node` of an edge. */
export function Item(type: () => OutputClass): PropertyDecorator {
  return Field(type, { description: "The item." });
}

/** The `edges` of a connection. */
export function Edges(type: () => OutputClass): PropertyDecorator {
  return Field(() => [type()], { description: "The page, with cursors." });
}

/** The `nodes` of a connection. */
export function Nodes(type: () => OutputClass): PropertyDecorator {
  return Field(() => [type()], { description: "The page, without cursors." });
}

/** A class that stands for a GraphQL object type or, abstract, for an interface. */
export type OutputClass = abstract new (...args: never[]) => object;
