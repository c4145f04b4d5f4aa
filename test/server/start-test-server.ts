import { buildSchema, printSchema } from "graphql";
import type { GraphQLObjectType, GraphQLSchema } from "graphql";
import { Registry } from "prom-client";
import { ApiError } from "../../src/kube/api-error.ts";
import { KubeError } from "../../src/kube/kube-error.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createServer } from "../../src/server/create-server.ts";
import { createRecordingLogger } from "../support/recording-logger.ts";
import type { LogLine } from "../support/recording-logger.ts";
import type { HealthPart, OperationRequest, ServerConfig, ServerOptions } from "../../src/server/server-options.ts";

/** The context of the test schema. */
export interface TestContext extends OperationRequest {
  /** One for each context made: tells whether two resolvers had the same. */
  readonly serial: number;
}

export interface TestServer {
  readonly url: string;
  readonly logs: readonly LogLine[];
  readonly registry: Registry;
  /** Sources of subscriptions that are open. */
  openSources(): number;
  /** Sources ever opened. */
  openedSources(): number;
  contexts(): number;
  setReady(parts: readonly HealthPart[]): void;
  /** Sends an event to every open `manual` source. */
  publish(value: number): void;
  /** Ends every open `manual` source with an error. */
  fail(error: Error): void;
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** POST of a query; status and parsed body. */
  query(query: string, variables?: unknown): Promise<{ status: number; body: TestResult }>;
  stop(): Promise<void>;
}

export interface TestResult {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly string[];
    readonly extensions: Record<string, unknown> & { readonly code: string };
  }[];
}

const sdl = /* GraphQL */ `
  scalar JSON
  type Query {
    hello(name: String = "world"): String!
    "Serial number of the context this was resolved with."
    serial: Int!
    pods(first: Int, last: Int, after: String, where: PodWhere, orderBy: [PodOrder!]): PodConnection!
    objects(ids: [ID!]!): [Pod]!
    fails(how: String!): String
    slow(ms: Int!): String
    nonNull: String!
    json(value: JSON): JSON
  }
  type Mutation {
    write(ms: Int = 0): String
  }
  type Subscription {
    ticks(every: Int = 1): Int!
    serials: Int!
    manual: Int!
    big(bytes: Int!): String!
    hangs: Int!
    refused: Int!
    later(ms: Int!): Int!
  }
  input PodWhere {
    and: [PodWhere!]
    not: PodWhere
    name: String
  }
  input PodOrder {
    field: String!
  }
  type PageInfo {
    hasNextPage: Boolean!
  }
  type PodEdge {
    node: Pod!
  }
  type PodConnection {
    nodes: [Pod!]!
    edges: [PodEdge!]!
    pageInfo: PageInfo!
    totalCount: Int!
  }
  type Pod {
    name: String!
    owner: Pod
    pods(first: Int, last: Int): PodConnection!
  }
`;

/** A server over a small schema, on a free port, whose insides can be looked at. Stop it in afterEach. */
export async function startTestServer(
  config: Partial<ServerConfig> = {},
  options: Partial<ServerOptions> = {},
): Promise<TestServer> {
  const logs: LogLine[] = [];
  let contexts = 0;
  const world = createWorld();
  const schema = createSchema(world);
  const registry = new Registry();
  let readyParts: readonly HealthPart[] = [{ name: "cache home/pods", ok: true }];
  const server = createServer({
    schema,
    sdl: () => printSchema(schema),
    createContext({ requestId, identity, nowMs, signal }): TestContext {
      return { requestId, identity, nowMs, signal, serial: ++contexts };
    },
    config: { host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [], graceMs: 2000, ...config },
    health: { live: () => [{ name: "ping", ok: true }], ready: () => readyParts },
    logger: createRecordingLogger(logs),
    clock: systemClock,
    registry,
    starterQueries: [{ query: "query Hello { hello }" }],
    playgroundAssets: new URL("../../src/server/playground/assets", import.meta.url).pathname,
    ...options,
  });
  const stopping = new AbortController();
  const running = server.run(stopping.signal);
  // Where it cannot start, `ready` says so.
  running.catch(() => {});
  await server.ready;
  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
    });
  return {
    url: server.url,
    logs,
    registry,
    openSources: () => world.open,
    openedSources: () => world.opened,
    contexts: () => contexts,
    setReady: (parts) => (readyParts = parts),
    publish: (value) => world.publish({ value }),
    fail: (error) => world.publish({ error }),
    post,
    async query(query, variables) {
      const response = await post({ query, variables });
      return { status: response.status, body: (await response.json()) as TestResult };
    },
    async stop() {
      stopping.abort(new Error("the test is over"));
      await running;
    },
  };
}

type Event = { readonly value: number } | { readonly error: Error };

interface World {
  open: number;
  opened: number;
  publish(event: Event): void;
  /** A source that counts itself open until it is returned or ends. */
  source(produce: (serial: number) => Promise<unknown>): AsyncIterable<unknown>;
  manual(): AsyncIterable<unknown>;
}

function createWorld(): World {
  const listeners = new Set<(event: Event) => void>();
  const world: World = {
    open: 0,
    opened: 0,
    publish: (event) => [...listeners].forEach((listener) => listener(event)),
    source(produce) {
      world.open += 1;
      world.opened += 1;
      let isOpen = true;
      let serial = 0;
      return {
        [Symbol.asyncIterator]: () => ({
          async next() {
            const value = await produce((serial += 1));
            return isOpen ? { done: false, value } : { done: true, value: undefined };
          },
          return() {
            if (isOpen) world.open -= 1;
            isOpen = false;
            return Promise.resolve({ done: true, value: undefined });
          },
        }),
      };
    },
    manual() {
      const events: Event[] = [];
      let wake = (): void => {};
      const listener = (event: Event): void => {
        events.push(event);
        wake();
      };
      listeners.add(listener);
      const inner = world
        .source(async () => {
          while (events.length === 0) await new Promise<void>((resolve) => (wake = resolve));
          const event = events.shift()!;
          if ("error" in event) throw event.error;
          return { manual: event.value };
        })
        [Symbol.asyncIterator]();
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => inner.next(),
          return() {
            listeners.delete(listener);
            wake();
            return inner.return!();
          },
        }),
      };
    },
  };
  return world;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function createSchema(world: World): GraphQLSchema {
  const schema = buildSchema(sdl);
  const define = (type: string, field: string, members: object): void => {
    Object.assign((schema.getType(type) as GraphQLObjectType).getFields()[field]!, members);
  };
  const resolve = (field: string, resolver: unknown, type = "Query"): void =>
    define(type, field, { resolve: resolver });
  const subscribe = (field: string, subscriber: unknown): void =>
    define("Subscription", field, { subscribe: subscriber });
  const pod = { name: "web-0", owner: null, pods: () => connection };
  const connection = { nodes: [pod], edges: [{ node: pod }], pageInfo: { hasNextPage: false }, totalCount: 1 };
  resolve("hello", (_: unknown, { name }: { name: string }) => `hello ${name}`);
  resolve("serial", (_: unknown, __: unknown, context: TestContext) => context.serial);
  resolve("pods", () => connection);
  resolve("objects", () => []);
  resolve("json", (_: unknown, { value }: { value: unknown }) => value);
  resolve("nonNull", () => null);
  resolve("slow", async (_: unknown, { ms }: { ms: number }) => {
    await wait(ms);
    return "done";
  });
  resolve("fails", (_: unknown, { how }: { how: string }) => {
    if (how === "api") throw new ApiError("CURSOR_INVALID", "The cursor is of another list.");
    if (how === "kube") {
      throw new KubeError({
        reason: "Timeout",
        message: "paris did not answer within 5 s",
        cluster: "paris",
        retryAfterMs: 1500,
      });
    }
    throw new Error("secret-canary at /etc/passwd");
  });
  resolve("write", async (_: unknown, { ms }: { ms: number }) => (await wait(ms), "written"), "Mutation");
  subscribe("ticks", (_: unknown, { every }: { every: number }) =>
    world.source(async (serial) => (await wait(every), { ticks: serial })),
  );
  subscribe("serials", () => world.source(async () => (await wait(1), {})));
  resolve("serials", (_: unknown, __: unknown, context: TestContext) => context.serial, "Subscription");
  subscribe("manual", () => world.manual());
  subscribe("big", (_: unknown, { bytes }: { bytes: number }) =>
    world.source(async () => ({ big: "x".repeat(bytes) })),
  );
  subscribe(
    "hangs",
    (_: unknown, __: unknown, { signal }: TestContext) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
  );
  subscribe("later", async (_: unknown, { ms }: { ms: number }) => {
    await wait(ms);
    return world.source(async (serial) => (await wait(1), { later: serial }));
  });
  subscribe("refused", () => {
    throw new ApiError("BAD_USER_INPUT", "No such selector.");
  });
  return schema;
}
