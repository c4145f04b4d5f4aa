import type { GraphqlAnswer, TestApp } from "../start-test-app.ts";

/** Something that a caller may or may not see, looked at on and on: an answer that is asked for again, or an open stream. */
export class Sight {
  readonly name: string;
  /** performance.now() of the last sight of it: when the last answer that shows it was asked for, when the last message that tells of it came. */
  seenAtMs = -Infinity;
  /** performance.now() of the first sight since it was last hidden. */
  shownAtMs = -Infinity;
  /** performance.now() when it was last hidden: when the message that takes it away came. */
  hiddenAtMs = -Infinity;
  /** Why it came or went, where that is told. */
  reason = "";
  /** What ended the stream or the questions, other than `close`. */
  failure: unknown;
  readonly #isCurrent: () => boolean;
  readonly #leave: () => void;
  #isShown = false;
  #isOpen = true;

  /** `run` looks until `isOpen` is false; `leave` lets go of what it waits for. */
  constructor(
    name: string,
    run: (sight: Sight) => Promise<void>,
    { isCurrent = () => true, leave = () => {} }: { isCurrent?: () => boolean; leave?: () => void } = {},
  ) {
    this.name = name;
    this.#isCurrent = isCurrent;
    this.#leave = leave;
    void run(this).catch((error: unknown) => (this.failure = this.#isOpen ? error : undefined));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isSeen(): boolean {
    return this.#isShown && this.#isCurrent();
  }

  see(atMs: number, reason = ""): void {
    if (!this.isSeen) [this.shownAtMs, this.reason] = [atMs, reason];
    this.#isShown = true;
    this.seenAtMs = Math.max(this.seenAtMs, atMs);
  }

  hide(reason = ""): void {
    if (this.isSeen) [this.hiddenAtMs, this.reason] = [performance.now(), reason];
    this.#isShown = false;
  }

  close(): void {
    this.#isOpen = false;
    this.#leave();
  }
}

/** Between two questions of one sight: some dozens of them are open at a time. */
const pauseMs = 40;

/** Sight by a query that is asked again and again: `shows` tells whether an answer does. */
export function watchAnswers(
  name: string,
  ask: () => Promise<GraphqlAnswer>,
  shows: (answer: GraphqlAnswer) => boolean,
): Sight {
  return new Sight(name, async (sight) => {
    while (sight.isOpen) {
      const askedAtMs = performance.now();
      if (shows(await ask())) sight.see(askedAtMs);
      else sight.hide();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  });
}

export interface ChangeMessage {
  readonly type: string;
  readonly reason: string | null;
  readonly objects: readonly { readonly name: string; readonly resourceVersion: string }[];
}

/** Messages of a subscription, and how to leave it while one is waited for. */
export interface Subscription<Message> {
  readonly messages: AsyncIterable<Message>;
  leave(): void;
}

/** Sight by a stream of changes: `target` is seen from the message that brings it to the one that takes it away. */
export function watchChanges(name: string, { messages, leave }: Subscription<ChangeMessage>, target: string): Sight {
  const run = async (sight: Sight): Promise<void> => {
    for await (const { type, reason, objects } of messages) {
      if (!objects.some((object) => object.name === target)) continue;
      if (type === "DELETED") sight.hide(reason ?? "");
      else sight.see(performance.now(), reason ?? "");
    }
  };
  return new Sight(name, run, { leave });
}

export interface LabelsMessage {
  readonly node: { readonly resourceVersion: string };
}

/** Sight by a stream that tells of changes alone: nothing is seen any more once `isCurrent` says that what it told last is long ago. */
export function watchLabels(
  name: string,
  { messages, leave }: Subscription<LabelsMessage>,
  isCurrent: (resourceVersion: string) => boolean,
): Sight {
  let told = "";
  const run = async (sight: Sight): Promise<void> => {
    for await (const { node } of messages) {
      sight.see(performance.now());
      told = node.resourceVersion;
    }
  };
  return new Sight(name, run, { leave, isCurrent: () => isCurrent(told) });
}

/** Over WebSocket; the first value of the root field each. */
export function subscribeByWebSocket<Message>(fleet: TestApp, query: string, token: string): Subscription<Message> {
  const messages = fleet.subscribe(query, {}, token) as AsyncIterableIterator<Message>;
  return { messages, leave: () => void messages.return?.() };
}

/** The same over SSE. */
export function subscribeBySse<Message>(fleet: TestApp, query: string, token: string): Subscription<Message> {
  const leaving = new AbortController();
  return { messages: readEvents(fleet, query, token, leaving.signal), leave: () => leaving.abort() };
}

async function* readEvents<Message>(
  { url }: TestApp,
  query: string,
  token: string,
  signal: AbortSignal,
): AsyncIterable<Message> {
  const headers = {
    "content-type": "application/json",
    accept: "text/event-stream",
    authorization: `Bearer ${token}`,
  };
  const body = JSON.stringify({ query });
  const response = await fetch(`${url}/graphql`, { method: "POST", headers, body, signal });
  let rest = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const events = (rest + chunk).split("\n\n");
    rest = events.pop()!;
    for (const event of events) {
      const data = event.split("\n").find((line) => line.startsWith("data:"));
      if (!event.includes("event: next") || data === undefined) continue;
      const { data: fields, errors } = JSON.parse(data.slice("data:".length)) as GraphqlAnswer;
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      yield Object.values(fields)[0] as Message;
    }
  }
}
