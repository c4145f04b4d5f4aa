import { connect, constants } from "node:http2";
import type { ClientHttp2Session } from "node:http2";
import { findField, numberOf, toField } from "./protobuf-fields.ts";

/** The store behind a kube-apiserver, by etcd's own API: gRPC, without its JSON gateway, which costs etcd as much as the write. */
export interface EtcdClient {
  /** Rejects where there is no such key. */
  get(key: string): Promise<Buffer>;
  /** Resolves with the revision, which is the resourceVersion of what is stored there. */
  put(key: string, value: Buffer): Promise<string>;
  close(): void;
}

/** RangeResponse.kvs, KeyValue.value. */
const valuePath = [2, 5];
/** PutResponse.header, ResponseHeader.revision. */
const revisionPath = [1, 3];

/** `url`: "http://127.0.0.1:23401". */
export function createEtcdClient(url: string): EtcdClient {
  const session = connect(url);
  session.on("error", () => {});
  return {
    async get(key) {
      const { within, from, to } = findField(await call(session, "Range", toField(1, Buffer.from(key))), valuePath);
      return within.subarray(from, to);
    },
    async put(key, value) {
      const request = Buffer.concat([toField(1, Buffer.from(key)), toField(2, value)]);
      return String(numberOf(findField(await call(session, "Put", request), revisionPath)));
    },
    close: () => session.close(),
  };
}

/** Before each message: whether it is compressed, and its length. */
const prefixBytes = 5;

/** A call with one message each way. Rejects unless it went well. */
function call(session: ClientHttp2Session, method: string, message: Buffer): Promise<Buffer> {
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(message.length, 1);
  return new Promise((resolve, reject) => {
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: `/etcdserverpb.KV/${method}`,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
      [constants.HTTP2_HEADER_TE]: "trailers",
    });
    const chunks: Buffer[] = [];
    let status: unknown;
    const note = (headers: Readonly<Record<string, unknown>>): void => void (status = headers["grpc-status"] ?? status);
    stream
      .on("response", note)
      .on("trailers", note)
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .on("error", reject)
      .on("close", () => {
        if (status === "0") resolve(Buffer.concat(chunks).subarray(prefixBytes));
        else reject(new Error(`etcd's ${method} ended with gRPC status ${String(status)}`));
      });
    stream.end(Buffer.concat([prefix, message]));
  });
}
