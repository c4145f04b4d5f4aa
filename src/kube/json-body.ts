import { KubeError } from "./kube-error.ts";
import { isRecord } from "./read-json.ts";
import type { Body, LateText, PackedBytes } from "./body.ts";
import type { BodyDictionary } from "./body-dictionary.ts";
import type { KubeObject } from "./object.ts";

/** A body that holds its JSON as text. */
export function createJsonBody(object: KubeObject): Body {
  return new KeptBody(JSON.stringify(object), undefined);
}

/** A body of JSON text; `parse` throws where that is damaged. One that is made late is made when it is first needed, or packed. */
export function createTextBody(json: string | LateText): Body {
  return new KeptBody(json, undefined);
}

/** A body as it lay on disk; `parse` and `text` throw where that is damaged. */
export function createPackedBody({ bytes, dictionary }: PackedBytes): Body {
  return new KeptBody(bytes, dictionary);
}

/** A body as it lies on disk among others, not read before it is needed or packed. */
export function createStoredBody(bodies: StoredBodies, index: number): Body {
  return new KeptBody(index, bodies);
}

/** Bodies that lie together on disk. */
export interface StoredBodies {
  /** Bytes of one of them. */
  sizeOf(index: number): number;
  /** What it is packed with; JSON where that is undefined. */
  dictionaryOf(index: number): BodyDictionary | undefined;
  /** Its JSON, or what its dictionary has made of it. Throws where that cannot be read any more. */
  read(index: number): string;
}

/** A class, and two fields: there is one for every object of the fleet. */
class KeptBody implements Body {
  /** JSON, or what the dictionary has made of it; its number among those that lie together on disk; or what makes its JSON. */
  #content: string | number | LateText;
  #form: BodyDictionary | StoredBodies | undefined;

  constructor(content: string | LateText, form: BodyDictionary | undefined);
  constructor(content: number, form: StoredBodies);
  constructor(content: string | number | LateText, form: BodyDictionary | StoredBodies | undefined) {
    this.#content = content;
    this.#form = form;
  }

  get byteLength(): number {
    const content = this.#content;
    if (typeof content === "number") return (this.#form as StoredBodies).sizeOf(content);
    if (typeof content === "object") return content.byteLength;
    return this.#form === undefined ? Buffer.byteLength(content) : content.length;
  }

  get packed(): PackedBytes | undefined {
    const bytes = this.#read();
    const dictionary = this.#dictionary;
    return dictionary === undefined ? undefined : { dictionary, bytes };
  }

  get isPacked(): boolean {
    return this.#form !== undefined && typeof this.#content === "string";
  }

  get isText(): boolean {
    return this.#dictionary === undefined;
  }

  pack(dictionary: BodyDictionary): void {
    const content = this.#read();
    if (this.#form !== undefined) return;
    this.#content = dictionary.pack(content);
    this.#form = dictionary;
  }

  get #dictionary(): BodyDictionary | undefined {
    const content = this.#content;
    if (typeof content === "number") return (this.#form as StoredBodies).dictionaryOf(content);
    return this.#form as BodyDictionary | undefined;
  }

  /** What it holds, from now on as a string. */
  #read(): string {
    const content = this.#content;
    if (typeof content === "string") return content;
    if (typeof content === "object") return (this.#content = content.text());
    const bodies = this.#form as StoredBodies;
    let read: string;
    try {
      read = bodies.read(content);
    } catch (cause) {
      throw damaged("cannot be read", cause);
    }
    this.#content = read;
    this.#form = bodies.dictionaryOf(content);
    return read;
  }

  text(): string {
    const content = this.#read();
    const dictionary = this.#dictionary;
    if (dictionary === undefined) return content;
    try {
      return dictionary.unpack(content);
    } catch (cause) {
      throw damaged("cannot be unpacked", cause);
    }
  }

  parse(): KubeObject {
    const text = this.text();
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw damaged("are not JSON", cause);
    }
    if (!isRecord(value) || !isRecord(value.metadata)) throw damaged("are not an object with metadata");
    return value as unknown as KubeObject;
  }
}

function damaged(how: string, cause?: unknown): KubeError {
  return new KubeError({ reason: "MalformedResponse", message: `the stored bytes of the object ${how}`, cause });
}
