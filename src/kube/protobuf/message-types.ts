import { toAsciiWords } from "./json-writer.ts";
import type { AsciiWords } from "./json-writer.ts";

/** What a value is in protobuf and how Go writes it in JSON. */
export type ValueKind =
  "string" | "message" | "int32" | "int64" | "bool" | "time" | "quantity" | "intstr" | "bytes" | "micro" | "raw";

export interface FieldType {
  /** Place among the fields of its message by their numbers. */
  readonly slot: number;
  /** Its number and wire type, as they stand before it. */
  readonly tag: number;
  readonly name: string;
  /** `,"name":` */
  readonly key: AsciiWords;
  readonly shape: "one" | "pointer" | "list" | "map";
  readonly value: ValueKind;
  /** Of values that are messages. */
  readonly message: MessageType | undefined;
  /** Whether it is left out when it has no bytes, or when it is a number that is 0: omitempty of Go, and omitzero of a time. */
  readonly leftOut: "never" | "span" | "number";
  /** Written also where it is missing. */
  readonly isRequired: boolean;
  /** Its fields stand in the place of itself. */
  readonly isInline: boolean;
  /** Not in the JSON that is kept. */
  readonly isSkipped: boolean;
  /** Comes as often as it has values. */
  readonly isRepeated: boolean;
}

/** One message, as protobuf has it and as JSON has it. */
export interface MessageType {
  readonly name: string;
  /** What is written, in the order of the JSON. */
  readonly fields: readonly FieldType[];
  /** By a field's number and wire type, as they stand before it. */
  readonly byTag: readonly (FieldType | undefined)[];
  /** How many there are, with those that are not written. */
  readonly size: number;
  /** Protobuf has the fields in the order of the JSON, and all are written. */
  readonly isInOrder: boolean;
  /** Those that are written when they are missing, by their numbers. */
  readonly required: readonly FieldType[];
}

/** The message types of the lines of kube-types.ts, each read when it is first needed: most of what a kind may hold, no object has. */
export interface MessageTypes {
  /** undefined: not a kind that is known. */
  ofKind(apiVersion: string, kind: string): MessageType | undefined;
  /** Throws where there is none of that name. */
  named(name: string): MessageType;
}

const varintKinds: ReadonlySet<ValueKind> = new Set(["int32", "int64", "bool"]);

export function createMessageTypes(text: string): MessageTypes {
  const lines = new Map<string, string>();
  for (const line of text.trim().split("\n")) {
    const [first = "", second = "", third] = line.split(" ", 3);
    const isKind = third !== undefined && !second.includes(":");
    lines.set(isKind ? `${first} ${second}` : first, isKind ? third : line.slice(first.length + 1));
  }
  const made = new Map<string, MessageType>();
  const named = (name: string): MessageType => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const line = lines.get(name);
    if (line === undefined) throw new Error(`no message type ${name}`);
    const type = new LateType(name, line, named);
    made.set(name, type);
    return type;
  };
  return {
    ofKind(apiVersion, kind) {
      const name = lines.get(`${apiVersion} ${kind}`);
      return name === undefined ? undefined : named(name);
    },
    named,
  };
}

class LateType implements MessageType {
  readonly name: string;
  readonly #line: string;
  readonly #named: (name: string) => MessageType;
  #content: MessageContent | undefined;

  constructor(name: string, line: string, named: (name: string) => MessageType) {
    this.name = name;
    this.#line = line;
    this.#named = named;
  }

  get fields(): MessageContent["fields"] {
    return this.#read().fields;
  }

  get byTag(): MessageContent["byTag"] {
    return this.#read().byTag;
  }

  get size(): number {
    return this.#read().size;
  }

  get isInOrder(): boolean {
    return this.#read().isInOrder;
  }

  get required(): MessageContent["required"] {
    return this.#read().required;
  }

  #read(): MessageContent {
    return (this.#content ??= toContent(this.name, this.#line, this.#named));
  }
}

type MessageContent = Omit<MessageType, "name">;

const fieldPattern = /^(?<name>[^:]+):(?<number>\d+):(?<shape>\*|\[\]|\{\})?(?<dot>\.)?(?<type>\w+)(?<leftOut>[?!])?$/u;
const shapes: Readonly<Record<string, FieldType["shape"]>> = { "*": "pointer", "[]": "list", "{}": "map" };

function toContent(name: string, line: string, named: (name: string) => MessageType): MessageContent {
  const parsed = line
    .split(" ")
    .filter((text) => text !== "")
    .map((text) => {
      const groups = fieldPattern.exec(text)?.groups;
      if (groups === undefined) throw new Error(`a field of ${name} is not understood: ${text}`);
      const value = groups["dot"] === undefined ? (groups["type"] as ValueKind) : "message";
      const shape = shapes[groups["shape"] ?? ""] ?? "one";
      // A map is a list of messages, whatever its values are.
      const wireType = shape !== "map" && varintKinds.has(value) ? 0 : 2;
      return { groups, value, shape, number: Number(groups["number"]), wireType };
    });
  const byNumber = parsed.toSorted((a, b) => a.number - b.number);
  const toField = (field: (typeof parsed)[number]): FieldType => ({
    slot: byNumber.indexOf(field),
    tag: 8 * field.number + field.wireType,
    name: field.groups["name"] ?? "",
    key: toAsciiWords(`,${JSON.stringify(field.groups["name"])}:`),
    shape: field.shape,
    value: field.value,
    message: field.value === "message" ? named(field.groups["type"] ?? "") : undefined,
    leftOut: toLeftOut(field),
    isSkipped: field.groups["name"] === "-",
    isRequired: field.groups["name"] === "+" || (omits(field) ? field.shape === "one" && isStruct(field) : true),
    isInline: field.groups["name"] === "+",
    isRepeated: field.shape === "list" || field.shape === "map",
  });
  const all = parsed.map(toField);
  const fields = all.filter(({ isSkipped }) => !isSkipped);
  const byTag = Array.from<FieldType | undefined>({ length: Math.max(...all.map(({ tag }) => tag + 1), 0) });
  for (const field of all) byTag[field.tag] = field;
  return {
    fields,
    byTag,
    size: all.length,
    isInOrder: fields.every(({ slot }, at) => slot === at) && fields.length === all.length,
    required: fields.filter(({ isRequired }) => isRequired).toSorted((a, b) => a.slot - b.slot),
  };
}

interface ParsedField {
  readonly groups: Readonly<Record<string, string | undefined>>;
  readonly shape: FieldType["shape"];
  readonly value: ValueKind;
}

/** omitempty is for what has a length, and for zeros: never for a struct; omitzero is for structs. */
function omits({ groups }: ParsedField): boolean {
  return groups["leftOut"] !== undefined;
}

function isStruct({ groups, value }: ParsedField): boolean {
  return groups["leftOut"] !== "!" && !(value === "string" || value === "bytes" || varintKinds.has(value));
}

function toLeftOut(field: ParsedField): FieldType["leftOut"] {
  if (field.shape !== "one" || !omits(field) || isStruct(field)) return "never";
  return varintKinds.has(field.value) ? "number" : "span";
}
