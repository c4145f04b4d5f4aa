import { StatusError } from "./status-error.ts";

/**
 * What a real kube-apiserver does and the embedded one does not: each is refused by its name, here and nowhere else.
 *
 * | what | answer |
 * |---|---|
 * | `exec`, `attach`, `portforward`, `proxy` of pods, nodes and services | 501 |
 * | `eviction`, `ephemeralcontainers`, `resize` of pods | 501 |
 * | protobuf and CBOR | 406 where only they are accepted, 415 where they are sent (`kubectl create deployment` does: `kubectl apply -f` does not); read are the DeleteOptions of `kubectl drain`, reviews, token requests, and new ConfigMaps, Namespaces, Secrets, ServiceAccounts, roles and bindings |
 * | admission webhooks, validating policies (`admissionregistration.k8s.io`) | 404: the group is not served |
 * | conversion webhooks of a CustomResourceDefinition | 422 |
 * | CEL rules (`x-kubernetes-validations`) of a CustomResourceDefinition | 422 |
 * | enforcement of ResourceQuota | none: a ResourceQuota says what its pods use, and refuses nothing |
 * | authorizers besides RBAC (Node, webhooks), CertificateSigningRequests, OIDC | none: RBAC decides, and certificates are those the cluster was started with |
 * | `/api/v1/watch/...`, the deprecated form of a watch | 501 |
 * | `/metrics` | 404 |
 * | roles of the system's own parts (`system:node`, `system:kube-scheduler`, `system:controller:*`) | none: those parts act as the administrator |
 */
export const unsupportedSubresources: ReadonlySet<string> = new Set([
  "pods/exec",
  "pods/attach",
  "pods/portforward",
  "pods/proxy",
  "pods/eviction",
  "pods/ephemeralcontainers",
  "pods/resize",
  "nodes/proxy",
  "services/proxy",
]);

/** 501 naming what is missing: kubectl shows the message. */
export function unsupported(what: string): StatusError {
  const message = `${what} is not supported by the embedded cluster`;
  return new StatusError({ code: 501, reason: "NotImplemented", message, details: {} });
}

/** What a client may send, as the refusal of anything else lists it. */
export const acceptedMediaTypes = "application/json, application/yaml";

export function unsupportedMediaType(): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${acceptedMediaTypes} (kubectl sends them with apply -f and create -f; --dry-run=client -o yaml writes a file)`;
  return new StatusError({ code: 415, reason: "UnsupportedMediaType", message });
}

export function notAcceptable(): StatusError {
  const message = `only the following media types are accepted: application/json, application/json;stream=watch`;
  return new StatusError({ code: 406, reason: "NotAcceptable", message, details: {} });
}
