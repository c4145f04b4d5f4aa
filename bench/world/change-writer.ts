import { parentPort, workerData } from "node:worker_threads";
import type { WriterData, WriterOrder, WriterReport } from "./background-writer.ts";
import { createControlChanger } from "./control-changer.ts";
import { createPodChanger } from "./pod-changer.ts";

/** The thread behind startThreadWriter. */
const { clusters, keys } = workerData as WriterData;
const width = 16;

async function serve(): Promise<void> {
  const pods = await createPodChanger({ clusters }, keys);
  const controls = await createControlChanger({ clusters });
  const writes = { pods: () => pods.change(pods.pick()), controls: () => controls.change() };
  let stop = async (): Promise<WriterReport> => ({ done: 0 });
  const obey = async (order: WriterOrder): Promise<void> => {
    if (order === "close") {
      pods.close();
      await controls.close();
      parentPort?.close();
    } else if (order === "stop") parentPort?.postMessage(await stop());
    else stop = begin(writes[order.what], order.perSecond);
  };
  parentPort?.on("message", (order: WriterOrder) => void obey(order));
  parentPort?.postMessage({ done: 0 } satisfies WriterReport);
}

/** Writes at the rate until the function that comes back is called. */
function begin(write: () => Promise<unknown>, perSecond: number): () => Promise<WriterReport> {
  const from = performance.now();
  let isStopped = false;
  let begun = 0;
  let done = 0;
  const work = Array.from({ length: width }, async () => {
    while (!isStopped) {
      const dueAt = from + (begun++ * 1_000) / perSecond;
      const waitMs = dueAt - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      await write();
      done += 1;
    }
  });
  // Kept apart, so that a write that is refused early is nobody's unhandled rejection.
  const ended = Promise.all(work).then(
    () => ({ done }),
    (error: unknown) => ({ done, error: String(error) }),
  );
  return () => {
    isStopped = true;
    return ended;
  };
}

void serve();
