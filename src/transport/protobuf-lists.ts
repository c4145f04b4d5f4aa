import type { ProtobufRefusedError } from "../kube/protobuf/protobuf-bytes.ts";
import type { ProtobufKinds } from "../kube/protobuf/protobuf-kinds.ts";
import type { ProtobufList } from "../kube/protobuf/protobuf-list.ts";
import type { Logger } from "../lib/logger.ts";
import type { Answer } from "./link.ts";
import type { ItemType } from "./list-pieces.ts";

const mediaType = "application/vnd.kubernetes.protobuf";
/** As client-go asks: whoever has no protobuf answers JSON. */
export const acceptProtobuf = `${mediaType},application/json`;

/** Which lists and watches of one cluster are asked for in protobuf: those of kinds that are known, until one could not be read. */
export interface ProtobufLists extends Pick<ProtobufKinds, "readStatus"> {
  /** undefined: it is to be asked for as JSON. */
  of(type: ItemType): ProtobufList | undefined;
  /** A list or watch of this kind held something unknown: from now on they are asked for as JSON. Logged once for each kind. */
  refuse(type: ItemType, error: ProtobufRefusedError): void;
}

export interface ProtobufListsOptions {
  readonly cluster: string;
  readonly kinds: ProtobufKinds;
  readonly logger: Logger;
}

export function createProtobufLists({ cluster, kinds, logger }: ProtobufListsOptions): ProtobufLists {
  const refused = new Set<string>();
  return {
    of: ({ apiVersion, kind }) => (refused.has(`${apiVersion} ${kind}`) ? undefined : kinds.listOf(apiVersion, kind)),
    readStatus: (bytes) => kinds.readStatus(bytes),
    refuse({ apiVersion, kind }, error) {
      const key = `${apiVersion} ${kind}`;
      if (refused.has(key)) return;
      refused.add(key);
      logger.info("what comes in protobuf holds what is not known here, and is read as JSON", {
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
