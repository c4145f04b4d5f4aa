import type { ApiContext } from "../api-context.ts";
import { isJsonObject, itemsAt } from "../json-value.ts";
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
  if (query.get("previous") === "true") {
    throw badRequest(
      `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(target.name)} not found`,
    );
  }
  const read = (): string => context.readLog({ namespace: target.namespace, pod: target.name, container }) ?? "";
  const text = read();
  const headers = { "content-type": "text/plain" };
  const first = selectLog(context, text, query);
  if (query.get("follow") !== "true") return new Response(first, { headers });
  return new Response(followLog({ context, read, query, signal, first, seen: text.length }), { headers });
}

interface Follow {
  readonly context: ApiContext;
  readonly read: () => string;
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
  readonly first: string;
  /** Characters of the log that have been looked at. */
  readonly seen: number;
}

/** How often a followed log is looked at again. */
const followMs = 250;

function followLog({ context, read, query, signal, first, seen }: Follow): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const rest = new URLSearchParams(query.get("timestamps") === "true" ? { timestamps: "true" } : {});
  let position = seen;
  let cancel = (): void => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (first !== "") controller.enqueue(encoder.encode(first));
      const look = (): void => {
        const text = read();
        const fresh = selectLog(context, text.slice(Math.min(position, text.length)), rest);
        position = text.length;
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
