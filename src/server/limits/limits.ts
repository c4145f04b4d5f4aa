/**
 * What one client may ask for, all on by default and all configurable (`server.limits` in clusters.yaml). The figures are those of RELIABILITY 6
 * but for `depth`: two levels are spent on each connection, and 12 stops at the fifth.
 */
export interface Limits {
  /** Bytes of an HTTP body. */
  readonly bodyBytes: number;
  /** Bytes of one WebSocket message: an operation with its variables. */
  readonly webSocketMessageBytes: number;
  /** Characters of a document: large values belong into variables. Every error message quotes from it. */
  readonly characters: number;
  /** Lexical tokens of a document: what parsing may cost. */
  readonly tokens: number;
  /**
   * Nested selections, fragments followed, and the objects and lists of their arguments: `where` above all; introspection has the rule of
   * graphql-js instead. Values of scalar type JSON may go to `jsonDepth` in variables.
   */
  readonly depth: number;
  /** Aliased fields, `__typename` included. */
  readonly aliases: number;
  /** Fields with fragments spread out, and entries of their arguments: what validation and an empty execution may cost. */
  readonly fields: number;
  /** Fields of the operation itself. */
  readonly rootFields: number;
  /** Directives on anything. */
  readonly directives: number;
  /** Entries of all variables together: fields of objects and items of lists. */
  readonly inputNodes: number;
  /** Nesting of a JSON value: a CustomResourceDefinition has 40. */
  readonly jsonDepth: number;
  /** Objects that the connections of an operation may return together. */
  readonly objects: number;
  /**
   * Work of an operation, in units of twenty rows of a list: each connection costs 1, and 0.05 for each object it may return; what is read
   * from whole objects, computed over all of them or asked of a cluster costs more (resolvers/field-costs.ts). All multiplied by the lists around it.
   */
  readonly cost: number;
  /** Errors told of one document. */
  readonly errors: number;
  /** Milliseconds from the request to its answer; a stream's events are not counted. */
  readonly operationMs: number;
  /** WebSockets and SSE streams together. */
  readonly connections: number;
  /** The same from one address; loopback is exempt, since proxies live there. */
  readonly connectionsPerAddress: number;
  /** Operations at once on one WebSocket. */
  readonly operationsPerConnection: number;
  /** Messages and pings a second on one WebSocket, after a burst of twice as many. */
  readonly messagesPerSecond: number;
  /** Queries and mutations under way at once, of all clients. */
  readonly requests: number;
  /** Milliseconds from the upgrade to `connection_init`. */
  readonly connectionInitMs: number;
  /** Bytes waiting to be sent to one receiver: over it nothing is taken from its streams until they are sent. */
  readonly sendBufferBytes: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 1024 * 1024,
  webSocketMessageBytes: 64 * 1024,
  characters: 256 * 1024,
  tokens: 2000,
  depth: 16,
  aliases: 30,
  fields: 400,
  rootFields: 20,
  directives: 8,
  inputNodes: 5000,
  jsonDepth: 200,
  objects: 50_000,
  cost: 5000,
  errors: 5,
  operationMs: 30_000,
  connections: 10_000,
  connectionsPerAddress: 100,
  operationsPerConnection: 50,
  messagesPerSecond: 50,
  requests: 1000,
  connectionInitMs: 3000,
  sendBufferBytes: 1024 * 1024,
};
