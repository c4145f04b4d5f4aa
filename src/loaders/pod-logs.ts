import type { Cluster } from "../cluster/cluster.ts";
import { parseDuration } from "../kube/duration.ts";
import type { PodRow } from "../kube/rows/row.ts";
import { ApiError } from "../kube/api-error.ts";
import { badInput, shown } from "./input-error.ts";
import type { LoaderOptions } from "./operation.ts";
import type { LogArgs, PodLogsValue } from "./request-context.ts";

const defaultContainer = "kubectl.kubernetes.io/default-container";

/**
 * The end of a container's log, as kubectl logs: from the named container, else the one the pod's annotation names, else its only one. Over
 * `limits.maxLogBytes` the end is kept and `truncated` says so. Throws BAD_USER_INPUT naming the containers where none can be chosen.
 */
export async function readPodLogs(
  pod: PodRow,
  args: LogArgs,
  cluster: Cluster,
  { identity, signal, limits }: Pick<LoaderOptions, "identity" | "signal" | "limits">,
): Promise<PodLogsValue> {
  const { tailLines, since, previous, timestamps } = args;
  const container = chooseContainer(pod, args.container);
  if (!Number.isInteger(tailLines) || tailLines < 0)
    throw badInput("tailLines", `must not be negative but got: ${tailLines}`);
  if (tailLines > limits.maxLogLines) {
    const limit = { name: "tailLines", maximum: limits.maxLogLines, found: tailLines };
    throw new ApiError("LIMIT_EXCEEDED", `Argument tailLines must be at most ${limits.maxLogLines} but got: ${tailLines}.`, { limit }); // prettier-ignore
  }
  const sinceSeconds = parseSince(since);
  const bytes = await cluster.client.log(
    { namespace: pod.namespace, name: pod.name },
    // One byte more than is given out tells whether there was more.
    { container, tailLines, previous, timestamps, limitBytes: limits.maxLogBytes + 1, ...(sinceSeconds === undefined ? {} : { sinceSeconds }) },
    { signal, as: identity },
  ); // prettier-ignore
  const truncated = bytes.byteLength > limits.maxLogBytes;
  const kept = truncated ? bytes.subarray(firstCharacter(bytes, bytes.byteLength - limits.maxLogBytes)) : bytes;
  return { container, text: new TextDecoder().decode(kept), truncated };
}

function chooseContainer(pod: PodRow, asked: string | null | undefined): string {
  const names = pod.containerRows.map(({ name }) => name);
  if (asked !== null && asked !== undefined) {
    if (names.includes(asked)) return asked;
    throw badInput("container", `names no container of the pod: ${shown(asked)}; it has ${names.join(", ")}`);
  }
  const annotated = readAnnotation(pod);
  if (annotated !== undefined && names.includes(annotated)) return annotated;
  const regular = pod.containerRows.filter(({ kind }) => kind === "REGULAR");
  const [only] = regular;
  if (only !== undefined && regular.length === 1) return only.name;
  throw badInput("container", `is needed: the pod has several containers: ${names.join(", ")}`);
}

function readAnnotation(pod: PodRow): string | undefined {
  try {
    return pod.body.parse().metadata.annotations?.[defaultContainer];
  } catch {
    // Damaged bytes hold no annotation; the other rules still choose.
    return undefined;
  }
}

function parseSince(since: string | null | undefined): number | undefined {
  if (since === null || since === undefined) return undefined;
  const ms = parseDuration(since);
  if (ms === undefined) throw badInput("since", `must be a duration like "5m" but got: ${shown(since)}`);
  // sinceSeconds must be positive for the API server.
  return Math.max(1, Math.ceil(ms / 1000));
}

/** The first place from `start` on where a character of UTF-8 begins. */
function firstCharacter(bytes: Uint8Array, start: number): number {
  let index = start;
  while (index < bytes.byteLength && ((bytes[index] ?? 0) & 0xc0) === 0x80 && index - start < 3) index++;
  return index;
}
