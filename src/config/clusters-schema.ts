import { configDefaults as defaults } from "./config.ts";

/** A label of DNS (RFC 1123): what a cluster may be called. */
export const dnsLabelPattern = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";

/** What may stand before a name: printable ASCII without blanks. */
export const prefixPattern = "^[\\x21-\\x7e]*$";

/** What a GraphQL name may begin with, or nothing; two underscores are introspection's. */
export const typePrefixPattern = "^(?:(?!__)[A-Za-z_][A-Za-z0-9_]*)?$";

const text = (description: string) => ({ type: "string", minLength: 1, description });
const texts = (description: string) => ({
  type: "array",
  items: { type: "string", minLength: 1 },
  default: [],
  description,
});
const count = (description: string, value: number, { minimum = 1, maximum = 2 ** 31 - 1 } = {}) => ({
  type: "integer",
  minimum,
  maximum,
  default: value,
  description,
});
const group = (description: string, properties: object, more: object = {}) => ({
  type: "object",
  additionalProperties: false,
  description,
  properties,
  ...more,
});

const credentials = group("Who we are at these endpoints, and whom we trust. Relative paths start at this file.", {
  ca: text("Certificate authorities, as PEM text. Unset, and `caFile` too: those Node.js comes with."),
  caFile: text("Certificate authorities, as a file; read again when it changes."),
  serverName: text("Name to verify certificates against, where it is not the URL's host."),
  token: text("Bearer token. Better: `tokenFile`."),
  tokenFile: text("Bearer token, as a file; read again when it changes."),
  clientCertificateFile: text("Client certificate, PEM; with `clientKeyFile`."),
  clientKeyFile: text("Key of the client certificate, PEM."),
  clientPemFile: text("Client certificate and key in one file, as a kubelet keeps them."),
});

const endpoint = group(
  "One address of the cluster's API server.",
  {
    url: { ...text("Its https URL, maybe with a path."), pattern: "^https?://[^/\\s]+", format: "url" },
    serverName: text("Name to verify this endpoint's certificate against, over `credentials.serverName`."),
  },
  { required: ["url"] },
);

/** The keys of which a cluster has exactly one. */
export const clusterSourceKeys = ["embedded", "kubeconfig", "inCluster", "endpoints"] as const;

const prefix = (whose: string) => ({
  type: "string",
  // What a header carries as it is; blanks and control characters would make it another name.
  pattern: prefixPattern,
  description: `Put before the names of the realm's ${whose}; default: the realm's name and a colon. "" makes them the same names as here.`,
});

const believed = group(
  "A cluster whose users are believed here, under prefixes.",
  {
    realm: { type: "string", minLength: 1, description: "Name of the cluster that vouches for them." },
    usernamePrefix: prefix("users"),
    groupsPrefix: prefix("groups"),
  },
  { required: ["realm"] },
);

const cluster = group(
  "One member of the fleet; it has exactly one of embedded, kubeconfig, inCluster and endpoints.",
  {
    name: {
      type: "string",
      pattern: dnsLabelPattern,
      description: "Permanent name, a DNS label, unique in the fleet. A rename is a leave and a join.",
    },
    role: {
      enum: ["home", "abroad"],
      description:
        "Exactly one cluster is home: fleetgraph's own records live there. A single cluster is home by itself.",
    },
    labels: {
      type: "object",
      additionalProperties: { type: "string" },
      description: "Labels of the cluster itself, for selections and placement.",
    },
    write: {
      type: "boolean",
      description: "Whether fleetgraph may write to it. Default: true for an embedded cluster, false for any other.",
    },
    identities: {
      type: "array",
      items: believed,
      description: "Whose users it believes besides its own. Names of system: never cross. Default: nobody's.",
    },
    authorization: {
      enum: ["local", "asked"],
      description:
        "How it is found out what a caller may do there. local: from its roles and bindings, right only where RBAC is its only authorizer besides the node authorizer. asked: by asking it. Default: local for an embedded cluster, asked for any other.",
    },
    embedded: {
      ...group("A Kubernetes API inside fleetgraph, for trying things out.", {
        seed: text("What it is filled with; default: the cluster's name."),
      }),
      type: ["object", "null"],
    },
    kubeconfig: group(
      "A context of a kubeconfig, read by kubectl's rules.",
      {
        path: text("The kubeconfig. Default: the files of $KUBECONFIG, else ~/.kube/config."),
        context: text("Name of the context."),
      },
      { required: ["context"] },
    ),
    inCluster: { ...group("The service account of the pod fleetgraph runs in.", {}), type: ["object", "null"] },
    endpoints: { type: "array", minItems: 1, items: endpoint, description: "Addresses of the cluster's API servers." },
    balance: {
      enum: ["round-robin", "priority"],
      default: "round-robin",
      description: "With endpoints: each request goes to the next healthy one in turn, or to the first healthy one.",
    },
    credentials,
  },
  { required: ["name"], oneOf: clusterSourceKeys.map((key) => ({ required: [key] })) },
);

const server = group("Where fleetgraph listens.", {
  host: { ...text("Address to listen on."), default: defaults.server.host },
  port: count("Port to listen on; 0 takes a free one.", defaults.server.port, { minimum: 0, maximum: 65_535 }),
  allowedHosts: texts("Names, besides loopback ones, that a request's Host may carry; without port."),
  allowedOrigins: texts('Origins, besides loopback ones, that a browser may come from: "https://console.example".'),
  openMetrics: {
    type: "boolean",
    default: defaults.server.openMetrics,
    description: "Whether /metrics need no token in auth.mode token.",
  },
});

const { limits: l, probe: p, auth: a } = defaults;
const limits = group("What one caller, one request or one log may take at most.", {
  maxBodyBytes: count("Body of a request, bytes.", l.maxBodyBytes),
  maxDepth: count(
    "Nesting of fields in an operation, fragments unfolded, and of the objects in their arguments.",
    l.maxDepth,
  ),
  maxAliases: count("Aliases in an operation, fragments unfolded.", l.maxAliases, { minimum: 0 }),
  maxTokens: count("Lexical tokens of a document.", l.maxTokens),
  maxObjects: count("Objects an operation may return, nested connections multiplied.", l.maxObjects),
  maxLogBytes: count("Memory of the change log of one cluster and resource, bytes.", l.maxLogBytes),
  maxSubscriptions: count("Running operations of one socket.", l.maxSubscriptions),
  maxConnections: count("Sockets and open requests of the whole server.", l.maxConnections),
  maxFields: count(
    "Fields of an operation, fragments unfolded, and entries of where, orderBy and other inputs.",
    l.maxFields,
  ),
  maxRootFields: count("Fields of the operation itself.", l.maxRootFields),
  maxDirectives: count("Directives in an operation.", l.maxDirectives, { minimum: 0 }),
  maxCost: count("Work of an operation, in units of twenty rows of a list.", l.maxCost),
  maxRequests: count("Queries and mutations under way at once, of all clients.", l.maxRequests),
  maxConnectionsPerAddress: count(
    "Sockets and streams of one address; loopback is exempt.",
    l.maxConnectionsPerAddress,
  ),
  maxMessagesPerSecond: count("Messages a second on one WebSocket.", l.maxMessagesPerSecond),
  maxSubscriptionBytes: count("Bytes waiting for one slow subscriber.", l.maxSubscriptionBytes),
  requestTimeoutMs: count("How long a query or mutation may take, ms.", l.requestTimeoutMs),
});

const probe = group("The health probe of each endpoint.", {
  intervalMs: count("From one probe to the next, ms.", p.intervalMs, { minimum: 100 }),
  timeoutMs: count("Patience of one probe, ms; at most intervalMs.", p.timeoutMs, { minimum: 50 }),
  failureThreshold: count("Failures in a row that make an endpoint DOWN.", p.failureThreshold),
  successThreshold: count("Successes in a row that make it UP again.", p.successThreshold),
});

/**
 * JSON Schema of clusters.yaml. schema/clusters.schema.json is this, written out for editors; a test keeps the two equal, and the same test
 * run with `-u` writes it.
 */
export const clustersSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "fleetgraph clusters.yaml",
  ...group("Which clusters make the fleet, and how fleetgraph serves them.", {
    clusters: {
      type: "array",
      minItems: 1,
      items: cluster,
      description: "The fleet. Default: three embedded clusters, home, paris and tokyo.",
    },
    server,
    auth: group("Who may ask.", {
      mode: {
        enum: ["none", "token"],
        default: a.mode,
        description:
          "none: whoever reaches the loopback port acts as the clusters' own credentials. token: whoever shows a bearer token that a cluster vouches for, as themselves.",
      },
      audiences: texts(
        "For whom a token must have been made, one of these at least. None named: for the clusters' API servers.",
      ),
      realms: texts("Clusters that vouch for tokens, by name. None named: all of them."),
      cacheMs: count("How long a token that was vouched for is believed without asking again, ms.", a.cacheMs, {
        maximum: 10_000,
      }),
      refusedMs: count("How long a token that nobody vouched for is refused without asking again, ms.", a.refusedMs, {
        maximum: 10_000,
      }),
      recheckMs: count("How often the token of a connection that stays open is asked about again, ms.", a.recheckMs, {
        minimum: 1_000,
        maximum: 3_600_000,
      }),
    }),
    cache: group("What is kept over restarts.", {
      dir: text("Folder. Default: $XDG_CACHE_HOME/fleetgraph, else ~/.cache/fleetgraph."),
    }),
    limits,
    probe,
    subgraph: group("How the API stands in a supergraph of Apollo Federation 2.", {
      relay: {
        type: "boolean",
        default: defaults.subgraph.relay,
        description: "Whether Relay's Node, Query.node and Query.objects are part of the supergraph.",
      },
      typePrefix: {
        type: "string",
        pattern: typePrefixPattern,
        default: defaults.subgraph.typePrefix,
        description:
          "Put before the names of fleetgraph's types, so that none is another subgraph's: Kube makes KubePod.",
      },
    }),
    persistedDocuments: group("Documents that clients name instead of sending them.", {
      manifests: texts(
        "Files of documents by id: a JSON map of ids to documents, or Apollo's persisted query manifest; read again when they change.",
      ),
      enforce: {
        type: "boolean",
        default: defaults.persistedDocuments.enforce,
        description: "Whether any other document is refused, introspection and the playground's included.",
      },
      automatic: {
        type: "boolean",
        default: defaults.persistedDocuments.automatic,
        description:
          "Whether clients may have documents remembered by their hash (automatic persisted queries). Never while enforce is set.",
      },
    }),
    geo: group("The geolabeler.", { database: text("GeoLite2 City database, a .mmdb file. Unset: off.") }),
    log: group("The log.", {
      level: {
        enum: ["debug", "info", "warn", "error"],
        default: defaults.log.level,
        description: "Least level shown.",
      },
    }),
  }),
};
