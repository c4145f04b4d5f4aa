import { WebSocket } from "ws";

/** A Node.js process looked into through its inspector (`--inspect`): what it holds after a collection, without a line of its own code. */
export interface InspectedProcess {
  /** After a full collection, bytes. */
  memory(): Promise<{ readonly heapUsed: number; readonly arrayBuffers: number; readonly external: number }>;
  /** Kinds of what keeps the event loop alive, counted: "TCPSocketWrap", "Timeout". */
  resources(): Promise<Readonly<Record<string, number>>>;
  close(): void;
}

/** `url` is what Node.js prints: "ws://127.0.0.1:38000/…". */
export async function inspectProcess(url: string): Promise<InspectedProcess> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => socket.once("open", () => resolve()).once("error", reject));
  const waiting = new Map<number, (result: unknown) => void>();
  let last = 0;
  socket.on("message", (data: Buffer) => {
    const { id, result } = JSON.parse(data.toString()) as { readonly id?: number; readonly result?: unknown };
    if (id === undefined) return;
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  const call = (method: string, params: object = {}): Promise<unknown> =>
    new Promise((resolve) => {
      const id = ++last;
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
  const evaluate = async (expression: string): Promise<unknown> => {
    const answer = (await call("Runtime.evaluate", { expression, returnByValue: true })) as {
      readonly result: { readonly value: unknown };
    };
    return answer.result.value;
  };
  await call("HeapProfiler.enable");
  return {
    async memory() {
      // The second collection takes what finalisers of the first let go.
      await call("HeapProfiler.collectGarbage");
      await call("HeapProfiler.collectGarbage");
      return (await evaluate("process.memoryUsage()")) as { heapUsed: number; arrayBuffers: number; external: number };
    },
    async resources() {
      const names = (await evaluate("process.getActiveResourcesInfo()")) as readonly string[];
      const counts: Record<string, number> = {};
      for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
      return counts;
    },
    close: () => socket.close(),
  };
}
