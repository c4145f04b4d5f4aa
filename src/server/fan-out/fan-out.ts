import type { Duplex } from "node:stream";
import type { DocumentNode, GraphQLSchema } from "graphql";
import type { WebSocket } from "ws";
import type { Identity } from "../../kube/identity.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Audience, Receiver } from "../../lib/shared-stream.ts";
import type { ChangeMessage } from "../../loaders/request-context.ts";
import type { PreparedOperation } from "../documents.ts";
import type { Metrics } from "../metrics.ts";
import type { OperationRequest, ReadKinds } from "../server-options.ts";
import { createEventRenderer } from "./event-renderer.ts";
import type { EventRenderer, EventRendererOptions } from "./event-renderer.ts";
import { createNextFrame, withId } from "./next-frame.ts";
import { printSelection } from "./print-selection.ts";
import type { NextFrame } from "./next-frame.ts";

/** One operation on one WebSocket, to which the server writes whole messages by itself. */
export interface SocketTarget {
  readonly identity: Identity;
  /** The operation's id, as the client gave it. */
  readonly id: string;
  readonly webSocket: WebSocket;
  /** Under the WebSocket: the raw connection. Nothing but whole frames is ever written to it, and none is compressed. */
  readonly socket: Duplex;
}

/**
 * Gives one event to many sockets: it is rendered once for all whose answer it is, framed once for each length of an id, and written to each raw
 * socket with its id in it. Only to sockets that have nothing waiting; the others are left to the stream, which merges for them and bounds them.
 */
export interface FanOut {
  receive(operation: PreparedOperation, target: SocketTarget): Reception;
}

export interface Reception extends Receiver<ChangeMessage> {
  /** The operation is over. */
  release(): void;
}

export interface FanOutOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: (request: OperationRequest) => object | Promise<object>;
  /** See ServerOptions. */
  readonly rightsOf?: ((context: object) => string) | undefined;
  readonly readKinds?: ReadKinds | undefined;
  readonly maxCoercionErrors: number;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Ids that nobody can guess. */
  readonly createId: () => string;
}

export function createFanOut(options: FanOutOptions): FanOut {
  const { clock, createId, metrics } = options;
  const requestId = createId();
  // Nothing rendered here outlives the call: what would is refused.
  const { signal } = new AbortController();
  const rendering: EventRendererOptions = {
    ...options,
    requestOf: (identity, kinds) => ({ requestId, identity, signal, nowMs: clock.now(), kinds }),
    placeholder: `cursor-${createId()}`,
  };
  // By document and name, so that each is looked at once; and by what is selected, while somebody receives it.
  const renderers = new WeakMap<DocumentNode, Map<string, EventRenderer>>();
  const bySelection = new Map<string, EventRenderer>();
  const audiences = new Map<EventRenderer, Map<string, SocketAudience>>();

  const rendererOf = (operation: PreparedOperation): EventRenderer => {
    let byName = renderers.get(operation.document);
    if (byName === undefined) renderers.set(operation.document, (byName = new Map()));
    const name = operation.operationName ?? "";
    const known = byName.get(name);
    if (known !== undefined) return known;
    const selection = printSelection(operation);
    const renderer = bySelection.get(selection) ?? createEventRenderer(operation, rendering, selection);
    byName.set(name, renderer);
    return renderer;
  };
  const audienceOf = (renderer: EventRenderer, operation: PreparedOperation): SocketAudience => {
    let byVariables = audiences.get(renderer);
    if (byVariables === undefined) {
      audiences.set(renderer, (byVariables = new Map()));
      bySelection.set(renderer.selection, renderer);
    }
    const { variables } = operation;
    const used = Object.keys(variables)
      .filter((name) => renderer.usedVariables.has(name))
      .sort();
    const key = JSON.stringify(used.map((name) => [name, variables[name]]));
    let audience = byVariables.get(key);
    if (audience === undefined) {
      const onEmpty = (): void => {
        byVariables.delete(key);
        if (byVariables.size > 0 || audiences.get(renderer) !== byVariables) return;
        audiences.delete(renderer);
        if (bySelection.get(renderer.selection) === renderer) bySelection.delete(renderer.selection);
      };
      audience = new SocketAudience({
        renderer,
        variables,
        kinds: options.readKinds?.(operation),
        key,
        metrics,
        onEmpty,
      });
      byVariables.set(key, audience);
    }
    return audience;
  };
  return {
    receive(operation, target) {
      const audience = audienceOf(rendererOf(operation), operation);
      return audience.receive(target);
    },
  };
}

interface AudienceOptions {
  readonly renderer: EventRenderer;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly kinds: OperationRequest["kinds"];
  readonly key: string;
  readonly metrics: Metrics;
  readonly onEmpty: () => void;
}

class SocketReceiver implements Reception {
  readonly audience: SocketAudience;
  readonly target: SocketTarget;
  /** As it stands between quotes in JSON. */
  readonly id: string;
  #isOver = false;

  constructor(audience: SocketAudience, target: SocketTarget) {
    this.audience = audience;
    this.target = target;
    const quoted = JSON.stringify(target.id);
    // Mostly the very text, which is kept anyway.
    this.id = quoted.length === target.id.length + 2 ? target.id : quoted.slice(1, -1);
  }

  release(): void {
    if (!this.#isOver) this.audience.released();
    this.#isOver = true;
  }

  isReady(): boolean {
    const { webSocket, socket } = this.target;
    return this.audience.isShareable && webSocket.readyState === webSocket.OPEN && socket.writableLength === 0;
  }
}

class SocketAudience implements Audience<ChangeMessage> {
  readonly #options: AudienceOptions;
  /** Of the last event: other streams are told of the same change right after. By the length of an id. */
  #frames: { readonly payload: string; readonly byIdBytes: Map<number, NextFrame> } | undefined;
  #receivers = 0;
  #isShareable = true;

  constructor(options: AudienceOptions) {
    this.#options = options;
  }

  /** false: an event had to be made for each of them; it is not tried again. */
  get isShareable(): boolean {
    return this.#isShareable;
  }

  receive(target: SocketTarget): Reception {
    this.#receivers += 1;
    return new SocketReceiver(this, target);
  }

  released(): void {
    this.#receivers -= 1;
    if (this.#receivers === 0) this.#options.onEmpty();
  }

  deliver(
    message: ChangeMessage,
    receivers: ReadonlyMap<SocketReceiver, unknown>,
    rights: string,
  ): readonly SocketReceiver[] | "refused" {
    const { renderer, variables, kinds, key: variablesKey, metrics } = this.#options;
    const [first] = receivers.keys();
    if (first === undefined) return [];
    const payload = renderer.render(message, {
      rights,
      identity: first.target.identity,
      kinds,
      variables,
      variablesKey,
    });
    if (payload === undefined) this.#isShareable = false;
    if (payload === undefined || payload === "unknown") return "refused";
    const frames = this.#framesOf(payload);
    const lagging: SocketReceiver[] = [];
    for (const receiver of receivers.keys()) {
      const { id } = receiver;
      const { webSocket, socket } = receiver.target;
      // One that is being closed gets nothing more, as from the WebSocket itself.
      if (webSocket.readyState !== webSocket.OPEN) continue;
      const idBytes = Buffer.byteLength(id);
      let frame = frames.get(idBytes);
      if (frame === undefined) frames.set(idBytes, (frame = createNextFrame(idBytes, payload)));
      socket.write(withId(frame, id));
      // The kernel has not taken all of it.
      if (socket.writableLength > 0) lagging.push(receiver);
    }
    metrics.eventSent("websocket", receivers.size);
    return lagging;
  }

  #framesOf(payload: string): Map<number, NextFrame> {
    if (this.#frames?.payload !== payload) this.#frames = { payload, byIdBytes: new Map() };
    return this.#frames.byIdBytes;
  }
}
