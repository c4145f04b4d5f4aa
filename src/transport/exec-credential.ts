import { spawn } from "node:child_process";
import type { RequestOptions } from "node:https";
import type { KubeConfig, User } from "@kubernetes/client-node";
import type { ClusterConnection, ExecPlugin } from "../config/cluster-connection.ts";
import { KubeError } from "../kube/kube-error.ts";
import type { CredentialSourceOptions } from "./credentials.ts";

/** Under this name our authenticator is called by client-node; its own has no expiry, no timeout and no KUBERNETES_EXEC_INFO. */
export const execProviderName = "fleetgraph-exec";

/** Starts a program and resolves with what it wrote to stdout; rejects with a message for people where it failed. */
export type RunCommand = (command: {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
}) => Promise<string>;

/** client-node's extension point, and what we ask of the plugin besides. */
export type ExecAuthenticator = Parameters<KubeConfig["addAuthenticator"]>[0] & {
  /** The next call starts the plugin again. */
  forget(): void;
  /** Of the credential held; undefined where there is none or it names no end. */
  readonly expiresAtMs: number | undefined;
};

/** An exec plugin's answer is a token, a certificate with its key, or both; a token of a few kB is the rule. */
const maxOutputBytes = 1024 * 1024;

/**
 * client-go's rules for exec plugins: KUBERNETES_EXEC_INFO is set, stdin is closed, the answer is kept until `expirationTimestamp`, or
 * until the server refuses it where it names none. undefined where the connection has no plugin.
 */
export function createExecAuthenticator(options: CredentialSourceOptions): ExecAuthenticator | undefined {
  const { connection, cluster, clock, environment, execTimeoutMs, runCommand = spawnCommand } = options;
  if (connection.authentication.type !== "exec") return undefined;
  const { exec } = connection.authentication;
  let held: ExecStatus | undefined;
  const obtain = async (): Promise<ExecStatus> => {
    if (held !== undefined && (held.expiresAtMs === undefined || clock.now() < held.expiresAtMs - 1_000)) return held;
    if (exec.interactiveMode === "Always") throw unavailable(cluster, exec, "wants a terminal, and there is none");
    const variables = Object.fromEntries(exec.env.map(({ name, value }) => [name, value]));
    const output = await runCommand({
      command: exec.command,
      args: exec.args,
      environment: {
        ...environment,
        ...variables,
        KUBERNETES_EXEC_INFO: toExecInfo(exec, connection),
      },
      timeoutMs: execTimeoutMs,
    }).catch((error: unknown) => {
      throw unavailable(cluster, exec, error instanceof Error ? error.message : "failed");
    });
    held = parseExecCredential(output, (what) => unavailable(cluster, exec, what));
    return held;
  };
  return {
    get expiresAtMs() {
      return held?.expiresAtMs;
    },
    forget() {
      held = undefined;
    },
    isAuthProvider: (user: User) => user.authProvider?.name === execProviderName,
    async applyAuthentication(_user, request: RequestOptions) {
      const { token, cert, key } = await obtain();
      if (token !== undefined) Object.assign((request.headers ??= {}), { Authorization: `Bearer ${token}` });
      if (cert !== undefined && key !== undefined) Object.assign(request, { cert, key });
    },
  };
}

interface ExecStatus {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly expiresAtMs?: number;
}

/** `what` never quotes stdout: that is where the token is. */
function parseExecCredential(output: string, fail: (what: string) => KubeError): ExecStatus {
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    throw fail("did not answer with JSON");
  }
  const status =
    typeof answer === "object" && answer !== null && "status" in answer
      ? (answer.status as Readonly<Record<string, unknown>> | null)
      : null;
  const text = (field: string): string | undefined => {
    const value = status?.[field];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [token, cert, key] = [text("token"), text("clientCertificateData"), text("clientKeyData")];
  if (token === undefined && (cert === undefined || key === undefined)) {
    throw fail("answered with neither a token nor a client certificate with its key");
  }
  const expiresAtMs = Date.parse(text("expirationTimestamp") ?? "");
  return {
    ...(token === undefined ? {} : { token: token.trim() }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(Number.isNaN(expiresAtMs) ? {} : { expiresAtMs }),
  };
}

/** KEP-541: what a plugin is told; the cluster only where the kubeconfig asks for it. */
function toExecInfo(exec: ExecPlugin, { endpoints, tls }: ClusterConnection): string {
  const ca = tls.ca !== undefined && "pem" in tls.ca ? Buffer.from(tls.ca.pem).toString("base64") : undefined;
  const cluster = {
    server: endpoints[0]?.url,
    ...(tls.serverName === undefined ? {} : { "tls-server-name": tls.serverName }),
    ...(tls.insecureSkipVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(ca === undefined ? {} : { "certificate-authority-data": ca }),
  };
  return JSON.stringify({
    kind: "ExecCredential",
    apiVersion: exec.apiVersion,
    spec: { interactive: false, ...(exec.provideClusterInfo ? { cluster } : {}) },
  });
}

function unavailable(cluster: string, { command, installHint }: ExecPlugin, what: string): KubeError {
  const hint = installHint === undefined ? "" : ` (${installHint.trim()})`;
  return new KubeError({
    reason: "CredentialsUnavailable",
    message: `the exec plugin ${command} ${what}${hint}`,
    cluster,
  });
}

/** The machine's own. stderr is not repeated: plugins write tokens there when asked to be verbose. */
const spawnCommand: RunCommand = ({ command, args, environment, timeoutMs }) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      env: environment,
      stdio: ["ignore", "pipe", "ignore"],
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    const parts: Buffer[] = [];
    let bytes = 0;
    child.stdout.on("data", (part: Buffer) => {
      bytes += part.length;
      if (bytes > maxOutputBytes) child.kill("SIGKILL");
      else parts.push(part);
    });
    child.on("error", (error) => {
      const missing = "code" in error && error.code === "ENOENT";
      reject(new Error(missing ? "is not installed" : "cannot be started"));
    });
    child.on("close", (code, signal) => {
      if (signal !== null) reject(new Error(bytes > maxOutputBytes ? "wrote too much" : `took over ${timeoutMs} ms`));
      else if (code !== 0) reject(new Error(`failed with exit code ${code}`));
      else resolve(Buffer.concat(parts).toString("utf8"));
    });
  });
