import { setMaxListeners } from "node:events";

/** An AbortController whose signal any number of calls listen to at a time: Node.js warns of a leak from the eleventh on. */
export function createSharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
