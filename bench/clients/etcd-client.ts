import { createHttpClient } from "./http-client.ts";

/** The store behind a kube-apiserver, by the JSON gateway of etcd's own API. */
export interface EtcdClient {
  /** Rejects where there is no such key. */
  get(key: string): Promise<Buffer>;
  /** Resolves with the revision, which is the resourceVersion of what is stored there. */
  put(key: string, value: Buffer): Promise<string>;
  close(): void;
}

export function createEtcdClient(url: string, connections: number): EtcdClient {
  const http = createHttpClient({ url, connections, headers: { "content-type": "application/json" } });
  const call = async (path: string, body: object): Promise<Buffer> => {
    const answer = await http.send({ method: "POST", path, body: JSON.stringify(body) });
    if (answer.status === 200) return answer.body;
    throw new Error(`${url}${path} was answered with ${answer.status}: ${answer.body.toString().slice(0, 300)}`);
  };
  const inBase64 = (text: string): string => Buffer.from(text).toString("base64");
  return {
    async get(key) {
      const { kvs } = JSON.parse((await call("/v3/kv/range", { key: inBase64(key) })).toString()) as Range;
      if (kvs?.[0] === undefined) throw new Error(`${url} holds no ${key}`);
      return Buffer.from(kvs[0].value, "base64");
    },
    async put(key, value) {
      const body = await call("/v3/kv/put", { key: inBase64(key), value: value.toString("base64") });
      return (JSON.parse(body.toString()) as Put).header.revision;
    },
    close: () => http.close(),
  };
}

interface Put {
  readonly header: { readonly revision: string };
}

interface Range {
  readonly kvs?: readonly { readonly value: string }[];
}
