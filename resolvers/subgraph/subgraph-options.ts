/** How the schema stands in a supergraph. */
export interface SubgraphOptions {
  /** Whether `Node`, `Query.node` and `Query.objects` are part of the supergraph. */
  readonly relay: boolean;
  /** Put before the names of our types, so that they are none of another subgraph's: "Kube" makes KubePod. May be "". */
  readonly typePrefix: string;
}
