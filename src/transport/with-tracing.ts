import type { CallOptions, KubeClient } from "../kube/client.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { Tracer } from "../lib/tracer.ts";

/**
 * The same client, with a span for each call that is made for a traced operation: "list pods". What fleetgraph does by itself - reflectors,
 * probes - is below no operation and leaves none; watches are streams and leave none either.
 */
export function withTracing(client: KubeClient, cluster: string, tracer: Tracer): KubeClient {
  const traced = <Result>(verb: string, what: string, call: () => Promise<Result>): Promise<Result> => {
    if (tracer.traceparent() === undefined) return call();
    const attributes = { "k8s.cluster.name": cluster, "fleetgraph.verb": verb };
    return tracer.inSpan({ name: `${verb} ${what}`, kind: "client", attributes }, call);
  };
  const of = ({ plural, group }: ResourceId, subresource?: string): string =>
    `${plural}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
  return {
    get: (resource, object, options) => traced("get", of(resource), () => client.get(resource, object, options)),
    list: (resource, query, options) => traced("list", of(resource), () => client.list(resource, query, options)),
    listParts: client.listParts?.bind(client),
    watch: (resource, query, options) => client.watch(resource, query, options),
    log: (pod, query, options) => traced("get", "pods/log", () => client.log(pod, query, options)),
    discover: (options: CallOptions) => traced("get", "discovery", () => client.discover(options)),
    version: (options: CallOptions) => traced("get", "version", () => client.version(options)),
    signingKeyIds: (options) => client.signingKeyIds(options),
    create: (resource, object, options) =>
      traced("create", of(resource, options.subresource), () => client.create(resource, object, options)),
    replace: (resource, object, options) =>
      traced("update", of(resource, options.subresource), () => client.replace(resource, object, options)),
    patch: (resource, object, patch, options) =>
      traced("patch", of(resource, options.subresource), () => client.patch(resource, object, patch, options)),
    delete: (resource, object, query, options) =>
      traced("delete", of(resource, options.subresource), () => client.delete(resource, object, query, options)),
  };
}
