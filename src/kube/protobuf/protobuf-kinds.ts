import { kubeTypes } from "./kube-types.ts";
import { MessageReader } from "./message-reader.ts";
import { MessageTranscoder } from "./message-transcoder.ts";
import { createMessageTypes } from "./message-types.ts";
import { ProtobufList } from "./protobuf-list.ts";
import type { ProtobufListOptions } from "./protobuf-list.ts";

/** How lists of each kind are read from protobuf. One is enough for all clusters: it keeps the types of what came, and buffers. */
export interface ProtobufKinds {
  /** undefined: not a kind that is known. */
  listOf(apiVersion: string, kind: string): ProtobufList | undefined;
}

export function createProtobufKinds(): ProtobufKinds {
  const lists = new Map<string, ProtobufList | undefined>();
  // Reading what is known of the kinds can wait until somebody lists.
  let read: Pick<ProtobufListOptions, "types" | "transcoder" | "reader"> | undefined;
  return {
    listOf(apiVersion, kind) {
      const key = `${apiVersion} ${kind}`;
      if (!lists.has(key)) {
        read ??= {
          types: createMessageTypes(kubeTypes),
          transcoder: new MessageTranscoder(),
          reader: new MessageReader(),
        };
        const type = read.types.ofKind(apiVersion, kind);
        lists.set(key, type === undefined ? undefined : new ProtobufList({ apiVersion, kind, type, ...read }));
      }
      return lists.get(key);
    },
  };
}
