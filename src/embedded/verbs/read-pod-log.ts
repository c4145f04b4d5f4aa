import type { ApiContext } from "../api-context.ts";
import { isJsonObject, itemsAt, valueAt } from "../json-value.ts";
import type { KubeObject } from "../../kube/object.ts";
import { badRequest } from "../status-error.ts";
import type { ObjectTarget } from "./target.ts";
import { readStored } from "./target.ts";

/** Which container a log request means. Throws 400 where that is not clear. */
function toContainer(pod: KubeObject, asked: string | null): string {
  const containers = [...itemsAt(pod, "spec", "containers"), ...itemsAt(pod, "spec", "initContainers")].filter(
    isJsonObject,
  );
  const names = containers.map(({ name }) => String(name));
  if (asked === null || asked === "") {
    if (itemsAt(pod, "spec", "containers").length === 1) return names[0]!;
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(" ")}]`,
    );
  }
  if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  return asked;
}

function toNumber(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key);
  if (text === null || text === "") return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid ${key}: ${text}`);
  return Number(text);
}

/** The lines of a log that a query asks for; each kept line starts with its RFC 3339 time. */
export function selectLog(context: ApiContext, text: string, query: URLSearchParams): string {
  const since = toNumber(query, "sinceSeconds");
  const tail = toNumber(query, "tailLines");
  const bytes = toNumber(query, "limitBytes");
  let lines = text.split("\n").filter((line) => line !== "");
  if (since !== undefined) {
    const from = context.clock.now() - since * 1000;
    lines = lines.filter((line) => Date.parse(line.slice(0, line.indexOf(" "))) >= from);
  }
  if (tail !== undefined) lines = tail === 0 ? [] : lines.slice(-tail);
  if (query.get("timestamps") !== "true") lines = lines.map((line) => line.slice(line.indexOf(" ") + 1));
  const all = lines.map((line) => `${line}\n`).join("");
  return bytes === undefined ? all : Buffer.from(all).subarray(0, bytes).toString("utf8");
}

/** pods/log: what the pod's kubelet has written so far; with `follow` it stays open until the client goes. Throws 400 and 404. */
export function readPodLog(
  context: ApiContext,
  target: ObjectTarget,
  query: URLSearchParams,
  signal: AbortSignal,
): Response {
  const pod = readStored(context, target);
  const container = toContainer(pod, query.get("container"));
  const previous = query.get("previous") === "true";
  const read = (): string | undefined =>
    context.readLog({ namespace: target.namespace, pod: target.name, container, ...(previous ? { previous } : {}) });
  const text = read();
  if (text === undefined) refuseWithoutLog(pod, container, previous);
  const headers = { "content-type": "text/plain" };
  const first = selectLog(context, text ?? "", query);
  if (query.get("follow") !== "true") return new Response(first, { headers });
  return new Response(
    followLog({ context, read: () => read() ?? "", query, signal, first, seen: lastLine(text ?? "") }),
    { headers },
  );
}

interface Follow {
  readonly context: ApiContext;
  readonly read: () => string;
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
  readonly first: string;
  /** The last line that has been looked at; "" = none. */
  readonly seen: string;
}

/** Throws 400, as a kubelet does, for a container that has not run (yet). */
function refuseWithoutLog(pod: KubeObject, container: string, previous: boolean): void {
  const { name } = pod.metadata;
  if (previous)
    throw badRequest(
      `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} not found`,
    );
  const status = itemsAt(pod, "status", "containerStatuses").find((one) => valueAt(one, "name") === container);
  const reason = valueAt(status, "state", "waiting", "reason");
  if (typeof reason !== "string") return;
  const why = reason === "ImagePullBackOff" ? "trying and failing to pull image" : reason;
  throw badRequest(`container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${why}`);
}

/** With its time and its line feed. */
function lastLine(text: string): string {
  return text.slice(text.lastIndexOf("\n", text.length - 2) + 1);
}

/** How often a followed log is looked at again. */
const followMs = 250;

function followLog({ context, read, query, signal, first, seen }: Follow): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const rest = new URLSearchParams(query.get("timestamps") === "true" ? { timestamps: "true" } : {});
  let last = seen;
  let cancel = (): void => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (first !== "") controller.enqueue(encoder.encode(first));
      const look = (): void => {
        const text = read();
        // By its last line, not by its length: the beginning of a log that was rotated is gone.
        const at = last === "" ? -1 : text.lastIndexOf(last);
        const fresh = selectLog(context, at < 0 ? text : text.slice(at + last.length), rest);
        last = lastLine(text);
        if (fresh !== "") controller.enqueue(encoder.encode(fresh));
        cancel = context.clock.setTimer(look, followMs);
      };
      cancel = context.clock.setTimer(look, followMs);
      signal.addEventListener(
        "abort",
        () => {
          cancel();
          controller.error(signal.reason);
        },
        { once: true },
      );
    },
    cancel: () => cancel(),
  });
}
