import type { BelievedRealm } from "../kube/identity.ts";
import type { ConnectionEndpoint, EndpointBalance, PemSource } from "./cluster-connection.ts";

/** Credentials of a cluster that is configured by its `endpoints`. Files are absolute paths and are read again when they change. */
export interface EndpointCredentials {
  /** Unset: the certificate authorities Node.js comes with. */
  readonly ca?: PemSource;
  /** Name to verify certificates against, where it is not the URL's host. */
  readonly serverName?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  /** Both or neither; a combined PEM (`clientPemFile`, YH-18) is named by both. */
  readonly clientCertificate?: PemSource;
  readonly clientKey?: PemSource;
}

/** Where a cluster comes from: exactly one. */
export type ClusterSource =
  /** The in-process Kubernetes API. `seed` picks what it is filled with; the cluster's name where it is not given. */
  | { readonly type: "embedded"; readonly seed: string }
  /** A context of a kubeconfig. Without `path`: the files kubectl would read. */
  | { readonly type: "kubeconfig"; readonly path?: string; readonly context: string }
  /** The service account of the pod we run in. */
  | { readonly type: "inCluster" }
  | {
      readonly type: "endpoints";
      /** At least one. */
      readonly endpoints: readonly ConnectionEndpoint[];
      readonly balance: EndpointBalance;
      readonly credentials: EndpointCredentials;
    };

export interface ClusterConfig {
  /** Permanent: part of every object's id. A DNS label, unique in the file; a rename is a leave and a join. */
  readonly name: string;
  /** Exactly one cluster is home. */
  readonly role: "home" | "abroad";
  readonly labels: Readonly<Record<string, string>>;
  /** Whether mutations and controllers may write to it. Embedded clusters: true unless the file says false; all others: false unless it says true. */
  readonly write: boolean;
  /** Whose users the cluster believes besides those it vouches for itself. */
  readonly identities: readonly BelievedRealm[];
  /**
   * How it is found out what a caller may do there. `local`: from its roles and bindings, which are kept in step; right only where RBAC is its only
   * authorizer, besides the node authorizer. `asked`: by asking the cluster. Default: asked, but local for an embedded cluster.
   */
  readonly authorization: "local" | "asked";
  readonly source: ClusterSource;
}

export interface ServerConfig {
  /** Address to listen on. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Names, besides loopback ones, that a request's Host may carry ("fleet.example", without a port). */
  readonly allowedHosts: readonly string[];
  /** Origins, besides loopback ones, that a browser may come from ("https://console.example"). */
  readonly allowedOrigins: readonly string[];
  /** Whether /metrics need no token in `auth.mode: token`. */
  readonly openMetrics: boolean;
}

/** Who may ask (DESIGN 11). */
export interface AuthConfig {
  /**
   * `none`: whoever reaches the loopback port acts as the clusters' own credentials. `token`: whoever shows a bearer token that a cluster vouches
   * for, as themselves.
   */
  readonly mode: "none" | "token";
  /** For whom a token must have been made, one of these at least; none named: for the clusters' API servers. */
  readonly audiences: readonly string[];
  /** Names of the clusters that vouch for tokens; none named: all of them. */
  readonly realms: readonly string[];
  /** For how long a token that was vouched for is believed without asking again, ms; never past its own expiry. */
  readonly cacheMs: number;
  /** For how long one that nobody vouched for is refused without asking again, ms. */
  readonly refusedMs: number;
  /** How often the realm is asked again about a token whose connection stays open, ms. */
  readonly recheckMs: number;
}

/** What one caller, one request or one log may take at most. */
export interface LimitsConfig {
  /** Body of a request, bytes. */
  readonly maxBodyBytes: number;
  /** Nesting of fields in an operation, fragments unfolded. */
  readonly maxDepth: number;
  /** Aliases in an operation, fragments unfolded; `__typename` counts. */
  readonly maxAliases: number;
  /** Lexical tokens of a document. */
  readonly maxTokens: number;
  /** Objects an operation may return, nested connections multiplied (DESIGN 6). */
  readonly maxObjects: number;
  /** Memory of the change log of one cluster and resource, bytes. */
  readonly maxLogBytes: number;
  /** Running operations of one socket. */
  readonly maxSubscriptions: number;
  /** Sockets and open requests of the whole server. */
  readonly maxConnections: number;
  /** Fields of an operation with fragments unfolded, and entries of `where`, `orderBy` and other inputs. */
  readonly maxFields: number;
  /** Fields of the operation itself. */
  readonly maxRootFields: number;
  /** Directives in an operation. */
  readonly maxDirectives: number;
  /** Work of an operation in units of twenty rows of a list; see limits.cost of src/server. */
  readonly maxCost: number;
  /** Queries and mutations under way at once, of all clients. */
  readonly maxRequests: number;
  /** Sockets of one address; loopback is exempt. */
  readonly maxConnectionsPerAddress: number;
  /** Messages a second on one WebSocket. */
  readonly maxMessagesPerSecond: number;
  /** Bytes waiting for one slow subscriber before changes are merged and, at last, the operation ends. */
  readonly maxSubscriptionBytes: number;
  /** How long a query or mutation may take, ms. */
  readonly requestTimeoutMs: number;
}

/** The health probe of each endpoint. */
export interface ProbeConfig {
  readonly intervalMs: number;
  /** Of one probe; at most `intervalMs`. */
  readonly timeoutMs: number;
  /** Failures in a row that make an endpoint DOWN. */
  readonly failureThreshold: number;
  /** Successes in a row that make it UP again. */
  readonly successThreshold: number;
}

/** Documents that clients name instead of sending them. */
export interface PersistedDocumentsConfig {
  /** Files of documents by id, as client tools write them; read again when they change. */
  readonly manifests: readonly string[];
  /** Whether any other document is refused. */
  readonly enforce: boolean;
  /** Whether clients may have documents remembered by their hash (Apollo's automatic persisted queries); never while `enforce` is set. */
  readonly automatic: boolean;
}

/** How the API stands in a supergraph of Apollo Federation 2. */
export interface SubgraphConfig {
  /** Whether Relay's Node, Query.node and Query.objects are part of it. */
  readonly relay: boolean;
  /** Put before the names of our types; may be "". */
  readonly typePrefix: string;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** All of the configuration: checked, complete, frozen; paths are absolute. */
export interface Config {
  /** At least one; exactly one is home; in the order of the file. */
  readonly clusters: readonly ClusterConfig[];
  readonly server: ServerConfig;
  readonly auth: AuthConfig;
  /** Where caches are kept over restarts. */
  readonly cache: { readonly dir: string };
  readonly limits: LimitsConfig;
  readonly probe: ProbeConfig;
  readonly persistedDocuments: PersistedDocumentsConfig;
  readonly subgraph: SubgraphConfig;
  /** Unset: the geolabeler is off. */
  readonly geo: { readonly database?: string };
  readonly log: { readonly level: LogLevel };
}

/** What holds where a file says nothing; the JSON Schema shows the same values. */
export const configDefaults = {
  server: { host: "127.0.0.1", port: 4000, allowedHosts: [], allowedOrigins: [], openMetrics: false },
  // A kube-apiserver believes a token for ten seconds after it has seen it (k8s.io/kubernetes, TokenSuccessCacheTTL): these come on top (T06, T23).
  auth: { mode: "none", audiences: [], realms: [], cacheMs: 5_000, refusedMs: 2_000, recheckMs: 10_000 },
  limits: {
    maxBodyBytes: 1_048_576,
    // A Relay connection takes two levels, so this is nine relations deep.
    maxDepth: 20,
    maxAliases: 30,
    maxTokens: 2_000,
    maxObjects: 50_000,
    maxLogBytes: 16_777_216,
    maxSubscriptions: 50,
    maxConnections: 10_000,
    maxFields: 400,
    maxRootFields: 20,
    maxDirectives: 8,
    maxCost: 5_000,
    maxRequests: 1_000,
    maxConnectionsPerAddress: 100,
    maxMessagesPerSecond: 50,
    maxSubscriptionBytes: 1_048_576,
    requestTimeoutMs: 30_000,
  },
  subgraph: { relay: false, typePrefix: "" },
  persistedDocuments: { manifests: [], enforce: false, automatic: true },
  // DOWN at most 3 intervals and a timeout after the cut: 11 s at 3 s each with 2 s of patience.
  probe: { intervalMs: 3_000, timeoutMs: 2_000, failureThreshold: 3, successThreshold: 2 },
  log: { level: "info" },
} as const satisfies Partial<Config>;

/** The three embedded clusters that run where nothing else is configured; the repository's clusters.yaml says the same. */
export const defaultClusters: readonly ClusterConfig[] = [
  embedded("home", "home", { region: "eu-central", city: "frankfurt" }),
  embedded("paris", "abroad", { region: "eu-west", city: "paris" }),
  embedded("tokyo", "abroad", { region: "ap-northeast", city: "tokyo" }),
];

function embedded(name: string, role: ClusterConfig["role"], labels: Readonly<Record<string, string>>): ClusterConfig {
  return {
    name,
    role,
    labels,
    write: true,
    identities: [],
    authorization: "local",
    source: { type: "embedded", seed: name },
  };
}
