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

function replaced(message: Buffer, [field, ...rest]: readonly number[], value: number): Buffer {
  for (const part of parts(message)) {
    if (part.field !== field) continue;
    const content = rest.length === 0 ? varint(value) : replaced(message.subarray(part.from, part.to), rest, value);
    const length = rest.length === 0 ? [] : [varint(content.length)];
    return Buffer.concat([message.subarray(0, part.afterTag), ...length, content, message.subarray(part.to)]);
  }
  throw new Error(`there is no field ${field} in a stored object`);
}

interface Part {
  readonly field: number;
  readonly afterTag: number;
  /** Of its content, behind its length if it has one. */
  readonly from: number;
  readonly to: number;
}

function* parts(message: Buffer): Generator<Part> {
  for (let at = 0; at < message.length;) {
    const [tag, afterTag] = readVarint(message, at);
    const [length, behind] = readVarint(message, afterTag);
    const isVarint = (tag & 7) === 0;
    if (!isVarint && (tag & 7) !== 2) throw new Error(`a stored object has a field of wire type ${tag & 7}`);
    const from = isVarint ? afterTag : behind;
    const to = isVarint ? behind : behind + length;
    yield { field: tag >>> 3, afterTag, from, to };
    at = to;
  }
}

/** The number, and where it ends. */
function readVarint(bytes: Buffer, at: number): readonly [number, number] {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at];
    scale *= 128;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
