import { findField, toVarint } from "../clients/protobuf-fields.ts";

/**
 * How kube-apiserver stores an object of a built-in kind: four bytes, then a protobuf message `Unknown`, whose second field is the object's own message.
 * A path is the numbers of fields from outside in, each the first of its number, the last one a varint (generated.proto of k8s.io/api and apimachinery).
 */
const magic = 4;

/** Unknown.raw, Pod.status, PodStatus.containerStatuses, ContainerStatus.restartCount. */
export const restartCountPath: readonly number[] = [2, 3, 8, 5];
/** Unknown.raw, ConfigMap.metadata, ObjectMeta.generation. */
export const generationPath: readonly number[] = [2, 1, 7];

/** The object with that number where the path ends; the lengths of all messages around it follow. Throws where it has no field there. */
export function withNumber(stored: Buffer, path: readonly number[], value: number): Buffer {
  return Buffer.concat([stored.subarray(0, magic), replaced(stored.subarray(magic), path, value)]);
}

function replaced(message: Buffer, [field = 0, ...rest]: readonly number[], value: number): Buffer {
  const { afterTag, from, to } = findField(message, [field]);
  const content = rest.length === 0 ? toVarint(value) : replaced(message.subarray(from, to), rest, value);
  const length = rest.length === 0 ? [] : [toVarint(content.length)];
  return Buffer.concat([message.subarray(0, afterTag), ...length, content, message.subarray(to)]);
}
