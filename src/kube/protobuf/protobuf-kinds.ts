import { kubeTypes } from "./kube-types.ts";
import { MessageReader } from "./message-reader.ts";
import { MessageTranscoder } from "./message-transcoder.ts";
import { createMessageTypes } from "./message-types.ts";
import { UnknownOpener } from "./open-unknown.ts";
import { ProtobufBytes } from "./protobuf-bytes.ts";
import { ProtobufList } from "./protobuf-list.ts";
import type { ProtobufListOptions } from "./protobuf-list.ts";
import { SkippedCutter } from "./skipped-cutter.ts";

/** How lists of each kind, and failures, are read from protobuf. One is enough for all clusters: it keeps the types of what came, and buffers. */
export interface ProtobufKinds {
  /** undefined: not a kind that is known. */
  listOf(apiVersion: string, kind: string): ProtobufList | undefined;
  /** A Status, as its JSON has it. Throws ProtobufRefusedError where the bytes hold anything else, or anything that is not known. */
  readStatus(bytes: Buffer): object;
}

type Read = Pick<ProtobufListOptions, "types" | "transcoder" | "reader" | "cutter">;

export function createProtobufKinds(): ProtobufKinds {
  const lists = new Map<string, ProtobufList | undefined>();
  let read: Read | undefined;
  // Reading what is known of the kinds can wait until something of it came.
  const toRead = (): Read =>
    (read ??= {
      types: createMessageTypes(kubeTypes),
      transcoder: new MessageTranscoder(),
      reader: new MessageReader(),
      cutter: new SkippedCutter(),
    });
  return {
    listOf(apiVersion, kind) {
      const key = `${apiVersion} ${kind}`;
      if (!lists.has(key)) {
        const type = toRead().types.ofKind(apiVersion, kind);
        lists.set(key, type === undefined ? undefined : new ProtobufList({ apiVersion, kind, type, ...toRead() }));
      }
      return lists.get(key);
    },
    readStatus(bytes) {
      const { types, transcoder } = toRead();
      const type = { apiVersion: "v1", kind: "Status" };
      const source = new ProtobufBytes(bytes);
      const end = new UnknownOpener({ ...type, types, transcoder }).open(source, bytes.length);
      const status = JSON.parse(transcoder.toJson(bytes, source.at, end, types.named("Status"))) as object;
      return { ...type, ...status };
    },
  };
}
