import type { EmbeddedFleet } from "./embedded-fleet.ts";

/** Embedded clusters whose code is loaded when the first of them starts: with a kubeconfig nobody needs it, and it is a fifth of ours. */
export function createLazyEmbeddedFleet(load: () => Promise<EmbeddedFleet>): EmbeddedFleet {
  let loading: Promise<EmbeddedFleet> | undefined;
  let loaded: EmbeddedFleet | undefined;
  return {
    async start(name, seed) {
      loading ??= load();
      loaded = await loading;
      return loaded.start(name, seed);
    },
    async stop(name) {
      await (await loading)?.stop(name);
    },
    get: (name) => loaded?.get(name),
    hasUid: (uid) => loaded?.hasUid(uid) ?? false,
    async close() {
      await (await loading)?.close();
    },
  };
}
