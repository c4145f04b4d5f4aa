import type { GraphQLSchema } from "graphql";
import type { Clock } from "../src/lib/clock.ts";
import type { ReadKinds, StarterQuery } from "../src/server/server-options.ts";
import { buildFleetSchema } from "./build-schema.ts";
import { createReadKinds } from "./read-kinds.ts";
import { starterQueries } from "./starter-queries.ts";
import { addSubgraph } from "./subgraph/add-subgraph.ts";
import { prefixDocument, prefixTypes } from "./subgraph/prefix-types.ts";
import { printPublic } from "./subgraph/print-public.ts";
import type { SubgraphOptions } from "./subgraph/subgraph-options.ts";

export interface ApiOptions {
  readonly subgraph: SubgraphOptions;
  /** What ages are counted by. */
  readonly clock: Clock;
}

/** What the server serves. */
export interface Api {
  /** The public schema, and what routers ask a subgraph for. */
  readonly schema: GraphQLSchema;
  /** The public SDL, sorted by name; without what is for routers alone. Made when it is first asked for. */
  sdl(): string;
  readonly starterQueries: readonly StarterQuery[];
  readonly readKinds: ReadKinds;
}

/** The API as it is configured. Costs some 100 ms; one is enough for a process. */
export function createApi({ subgraph, clock }: ApiOptions): Api {
  const base = prefixTypes(buildFleetSchema({ clock }), subgraph);
  let sdl: string | undefined;
  const schema = addSubgraph(base, subgraph);
  return {
    schema,
    readKinds: createReadKinds(schema, subgraph.typePrefix),
    sdl: () => (sdl ??= printPublic(base, subgraph.typePrefix)),
    starterQueries: starterQueries.map((starter) => ({
      ...starter,
      query: prefixDocument(starter.query, base, subgraph.typePrefix),
    })),
  };
}
