import { kubeTypes } from "../kube/protobuf/kube-types.ts";
import { MessageReader } from "../kube/protobuf/message-reader.ts";
import { MessageTranscoder } from "../kube/protobuf/message-transcoder.ts";
import { createMessageTypes } from "../kube/protobuf/message-types.ts";
import type { MessageTypes } from "../kube/protobuf/message-types.ts";
import type { ProtobufRefusedError } from "../kube/protobuf/protobuf-bytes.ts";
import { ProtobufList } from "../kube/protobuf/protobuf-list.ts";
import type { Logger } from "../lib/logger.ts";
import type { Answer } from "./link.ts";
import type { ItemType } from "./list-pieces.ts";

const mediaType = "application/vnd.kubernetes.protobuf";
/** As client-go asks: whoever has no protobuf answers JSON. */
export const acceptProtobuf = `${mediaType},application/json`;

/** Which lists of one cluster are asked for in protobuf: those of kinds that are known, until one could not be read. */
export interface ProtobufLists {
  /** undefined: it is to be asked for as JSON. */
  of(type: ItemType): ProtobufList | undefined;
  /** A list of this kind held something unknown: from now on they are asked for as JSON. Logged once for each kind. */
  refuse(type: ItemType, error: ProtobufRefusedError): void;
}

export interface ProtobufListsOptions {
  readonly cluster: string;
  readonly logger: Logger;
}

export function createProtobufLists({ cluster, logger }: ProtobufListsOptions): ProtobufLists {
  const lists = new Map<string, ProtobufList | undefined>();
  // Reading what is known of the kinds can wait until somebody lists.
  let read:
    | { readonly types: MessageTypes; readonly transcoder: MessageTranscoder; readonly reader: MessageReader }
    | undefined;
  return {
    of({ apiVersion, kind }) {
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
    refuse({ apiVersion, kind }, error) {
      const key = `${apiVersion} ${kind}`;
      if (lists.get(key) === undefined) return;
      lists.set(key, undefined);
      logger.info("a list in protobuf holds what is not known here, and is read as JSON", {
        cluster,
        apiVersion,
        kind,
        found: error.message,
      });
    },
  };
}

/** Whether the server took the offer. */
export function isProtobuf(headers: Answer["headers"]): boolean {
  const type = headers["content-type"];
  return typeof type === "string" && type.startsWith(mediaType);
}
