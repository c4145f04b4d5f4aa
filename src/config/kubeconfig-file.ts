import { isScalar, parseDocument, visit } from "yaml";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isRecord } from "../kube/read-json.ts";
import { ConfigError } from "./config-error.ts";
import { parseYamlSource } from "./yaml-source.ts";

/** `clusters[].cluster`, paths made absolute. */
export interface KubeconfigCluster {
  readonly file: string;
  readonly server: string;
  readonly caFile?: string;
  /** PEM text. */
  readonly caPem?: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly tlsServerName?: string;
  readonly proxyUrl?: string;
  readonly disableCompression: boolean;
  /** Configuration of the exec plugin: the extension "client.authentication.k8s.io/exec". */
  readonly execConfig?: unknown;
}

/** `users[].user`, paths made absolute. */
export interface KubeconfigUser {
  readonly file: string;
  readonly clientCertificateFile?: string;
  readonly clientCertificatePem?: string;
  readonly clientKeyFile?: string;
  readonly clientKeyPem?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly impersonateUser?: string;
  readonly impersonateUid?: string;
  readonly impersonateGroups: readonly string[];
  readonly impersonateExtra: Readonly<Record<string, readonly string[]>>;
  readonly exec?: KubeconfigExec;
  readonly authProvider?: { readonly name: string; readonly config: Readonly<Record<string, string>> };
}

export interface KubeconfigExec {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly installHint?: string;
  readonly provideClusterInfo: boolean;
  readonly interactiveMode?: string;
}

export interface KubeconfigContext {
  readonly file: string;
  readonly cluster: string;
  /** "" where the context names none. */
  readonly user: string;
  readonly namespace?: string;
}

/** One kubeconfig, or several merged. */
export interface Kubeconfig {
  /** "" where none is set. */
  readonly currentContext: string;
  readonly contexts: ReadonlyMap<string, KubeconfigContext>;
  readonly clusters: ReadonlyMap<string, KubeconfigCluster>;
  readonly users: ReadonlyMap<string, KubeconfigUser>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads one kubeconfig, YAML or JSON; unknown keys are left alone as kubectl does. Throws ConfigError. `file` is an absolute path. */
export function parseKubeconfig(text: string, file: string): Kubeconfig {
  const root = toPlain(text) ?? explain(text, file);
  if (root !== null && !isRecord(root)) {
    throw new ConfigError([{ file, line: 1, column: 1, path: "", message: "must be a kubeconfig: a mapping" }]);
  }
  const kind = textOf(root?.["kind"]);
  if (kind !== undefined && kind !== "Config") {
    throw new ConfigError([{ file, path: "kind", message: `must be "Config" but got: ${JSON.stringify(kind)}` }]);
  }
  const dir = dirname(file);
  return {
    currentContext: textOf(root?.["current-context"]) ?? "",
    contexts: named(root, "contexts", "context", file, (fields) => toContext(fields, file)),
    clusters: named(root, "clusters", "cluster", file, (fields, path) => toCluster(fields, path, file, dir)),
    users: named(root, "users", "user", file, (fields, path) => toUser(fields, path, file, dir)),
  };
}

/**
 * The value with every number and boolean as the text it was written in: kubectl takes `password: 0123` for a string, as it stands. undefined where the text
 * is no YAML; the last of several keys of one name counts.
 */
function toPlain(text: string): unknown {
  const document = parseDocument(text, { merge: true, uniqueKeys: false, prettyErrors: false });
  if (document.errors.length > 0) return undefined;
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && (typeof node.value === "number" || typeof node.value === "boolean")) {
        node.value = node.source ?? String(node.value);
      }
    },
  });
  try {
    return (document.toJS() as unknown) ?? null;
  } catch {
    // Undefined or exploding aliases.
    return undefined;
  }
}

/** Throws ConfigError with what is wrong with the text: to know where things stand, it is read once more. */
function explain(text: string, file: string): null {
  const problems = parseYamlSource(text, file).problems.filter(({ message }) => !message.includes("twice"));
  if (problems.length > 0) throw new ConfigError(problems);
  return null;
}

/** "" counts as not set, as in Go. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function flagOf(value: unknown): boolean {
  return typeof value === "string" && /^(?:true|yes|on|y)$/iu.test(value);
}

function named<T>(
  root: Fields | null,
  list: string,
  key: string,
  file: string,
  convert: (fields: Fields, path: string) => T,
): ReadonlyMap<string, T> {
  const entries = root?.[list] ?? [];
  if (!Array.isArray(entries)) throw new ConfigError([{ file, path: list, message: "must be a list" }]);
  const result = new Map<string, T>();
  for (const [index, entry] of (entries as readonly unknown[]).entries()) {
    const path = `${list}[${index}]`;
    if (!isRecord(entry)) throw new ConfigError([{ file, path, message: "must be a mapping" }]);
    const name = textOf(entry["name"]) ?? "";
    if (result.has(name)) {
      throw new ConfigError([
        { file, path, message: `must have a name of its own but got: ${JSON.stringify(name)} again` },
      ]);
    }
    const fields = entry[key];
    result.set(name, convert(isRecord(fields) ? fields : {}, `${path}.${key}`));
  }
  return result;
}

function toContext(fields: Fields, file: string): KubeconfigContext {
  return {
    file,
    cluster: textOf(fields["cluster"]) ?? "",
    user: textOf(fields["user"]) ?? "",
    namespace: textOf(fields["namespace"]),
  };
}

function toCluster(fields: Fields, path: string, file: string, dir: string): KubeconfigCluster {
  return {
    file,
    server: textOf(fields["server"]) ?? "",
    caFile: fileOf(fields["certificate-authority"], dir),
    caPem: dataOf(fields, "certificate-authority-data", path, file),
    insecureSkipTlsVerify: flagOf(fields["insecure-skip-tls-verify"]),
    tlsServerName: textOf(fields["tls-server-name"]),
    proxyUrl: textOf(fields["proxy-url"]),
    disableCompression: flagOf(fields["disable-compression"]),
    execConfig: execConfigOf(fields["extensions"]),
  };
}

function toUser(fields: Fields, path: string, file: string, dir: string): KubeconfigUser {
  return {
    file,
    clientCertificateFile: fileOf(fields["client-certificate"], dir),
    clientCertificatePem: dataOf(fields, "client-certificate-data", path, file),
    clientKeyFile: fileOf(fields["client-key"], dir),
    clientKeyPem: dataOf(fields, "client-key-data", path, file),
    token: textOf(fields["token"]),
    tokenFile: fileOf(fields["tokenFile"], dir),
    username: textOf(fields["username"]),
    password: textOf(fields["password"]),
    impersonateUser: textOf(fields["as"]),
    impersonateUid: textOf(fields["as-uid"]),
    impersonateGroups: textsOf(fields["as-groups"]),
    impersonateExtra: isRecord(fields["as-user-extra"])
      ? Object.fromEntries(Object.entries(fields["as-user-extra"]).map(([key, values]) => [key, textsOf(values)]))
      : {},
    exec: isRecord(fields["exec"]) ? toExec(fields["exec"], dir) : undefined,
    authProvider: isRecord(fields["auth-provider"]) ? toAuthProvider(fields["auth-provider"]) : undefined,
  };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : [];
}

function fileOf(value: unknown, dir: string): string | undefined {
  const path = textOf(value);
  return path === undefined || isAbsolute(path) ? path : resolve(dir, path);
}

function dataOf(fields: Fields, key: string, path: string, file: string): string | undefined {
  const text = textOf(fields[key])?.replaceAll(/\s/gu, "");
  if (text === undefined || text === "") return undefined;
  if (!/^[A-Za-z0-9+/]+={0,2}$/u.test(text) || text.length % 4 !== 0) {
    throw new ConfigError([{ file, path: `${path}.${key}`, message: "must be base64 (not shown)" }]);
  }
  return Buffer.from(text, "base64").toString("utf8");
}

function execConfigOf(extensions: unknown): unknown {
  if (!Array.isArray(extensions)) return undefined;
  const entry = (extensions as readonly unknown[]).find(
    (extension) => isRecord(extension) && extension["name"] === "client.authentication.k8s.io/exec",
  );
  return isRecord(entry) ? entry["extension"] : undefined;
}

function toExec(fields: Fields, dir: string): KubeconfigExec {
  const command = textOf(fields["command"]) ?? "";
  const env = Array.isArray(fields["env"]) ? (fields["env"] as readonly unknown[]).filter(isRecord) : [];
  return {
    apiVersion: textOf(fields["apiVersion"]) ?? "",
    // A command with a slash is a path from the kubeconfig; any other is looked up in PATH.
    command: command.includes("/") && !isAbsolute(command) ? join(dir, command) : command,
    args: textsOf(fields["args"]),
    env: env.map(({ name, value }) => ({ name: textOf(name) ?? "", value: textOf(value) ?? "" })),
    installHint: textOf(fields["installHint"]),
    provideClusterInfo: flagOf(fields["provideClusterInfo"]),
    interactiveMode: textOf(fields["interactiveMode"]),
  };
}

function toAuthProvider(fields: Fields): { readonly name: string; readonly config: Readonly<Record<string, string>> } {
  const config = isRecord(fields["config"]) ? fields["config"] : {};
  return {
    name: textOf(fields["name"]) ?? "",
    config: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, textOf(value) ?? ""])),
  };
}
