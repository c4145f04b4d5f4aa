import { once } from "node:events";
import { WebSocket } from "ws";

export interface HeapFigures {
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  readonly rss: number;
}

/** A session with the inspector of a Node process on loopback: what the process cannot be asked from outside otherwise. */
export interface Inspector {
  /** Value of an expression in the process's global scope; it must be JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** After two full collections. */
  heap(): Promise<HeapFigures>;
  close(): void;
}

interface Reply {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: unknown }; readonly exceptionDetails?: unknown };
  readonly error?: { readonly message: string };
}

/** `url` is what Node prints after "Debugger listening on". */
export async function openInspector(url: string): Promise<Inspector> {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 2 ** 28 });
  await once(socket, "open");
  const waiting = new Map<number, (reply: Reply) => void>();
  let last = 0;
  socket.on("message", (data: Buffer) => {
    const reply = JSON.parse(data.toString()) as Reply;
    if (reply.id === undefined) return;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  const call = async (method: string, params: object = {}): Promise<Reply> => {
    const id = ++last;
    const reply = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const answer = await reply;
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer;
  };
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result } = await call("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (result?.exceptionDetails !== undefined) throw new Error(`${expression} threw in the process`);
    return result?.result?.value;
  };
  return {
    evaluate,
    async heap() {
      await call("HeapProfiler.collectGarbage");
      await call("HeapProfiler.collectGarbage");
      return (await evaluate("process.memoryUsage()")) as HeapFigures;
    },
    close: () => socket.terminate(),
  };
}
