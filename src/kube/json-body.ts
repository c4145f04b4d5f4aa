import { KubeError } from "./kube-error.ts";
import { isRecord } from "./read-json.ts";
import type { Body, PackedBytes } from "./body.ts";
import type { BodyDictionary } from "./body-dictionary.ts";
import type { KubeObject } from "./object.ts";

/** A body that holds its JSON as text. */
export function createJsonBody(object: KubeObject): Body {
  return new KeptBody(JSON.stringify(object), undefined);
}

/** A body of JSON text; `parse` throws where that is damaged. */
export function createTextBody(json: string): Body {
  return new KeptBody(json, undefined);
}

/** A body as it lay on disk; `parse` and `text` throw where that is damaged. */
export function createPackedBody({ bytes, dictionary }: PackedBytes): Body {
  return new KeptBody(bytes, dictionary);
}

/** A body as it lies among others in bytes read from disk, of which it keeps hold until it is needed or packed. */
export function createStoredBody(place: StoredPlace): Body {
  return new KeptBody("", new Stored(place));
}

/** Where a body lies, and what it is packed with; JSON where that is unset. */
export interface StoredPlace {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  readonly dictionary: BodyDictionary | undefined;
}

class Stored implements StoredPlace {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  readonly dictionary: BodyDictionary | undefined;

  constructor({ bytes, from, to, dictionary }: StoredPlace) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.dictionary = dictionary;
  }
}

/** A class, and two fields: there is one for every object of the fleet. */
class KeptBody implements Body {
  /** JSON, or what the dictionary has made of it. */
  #content: string;
  #form: BodyDictionary | Stored | undefined;

  constructor(content: string, form: BodyDictionary | Stored | undefined) {
    this.#content = content;
    this.#form = form;
  }

  get byteLength(): number {
    return this.#dictionary === undefined ? Buffer.byteLength(this.#content) : this.#content.length;
  }

  get packed(): PackedBytes | undefined {
    const dictionary = this.#dictionary;
    return dictionary === undefined ? undefined : { dictionary, bytes: this.#content };
  }

  get isPacked(): boolean {
    return this.#form !== undefined && !(this.#form instanceof Stored);
  }

  get isText(): boolean {
    const form = this.#form;
    return (form instanceof Stored ? form.dictionary : form) === undefined;
  }

  pack(dictionary: BodyDictionary): void {
    if (this.#dictionary !== undefined) return;
    this.#content = dictionary.pack(this.#content);
    this.#form = dictionary;
  }

  /** What `#content` is packed with; it is read where it has not been. */
  get #dictionary(): BodyDictionary | undefined {
    const form = this.#form;
    if (!(form instanceof Stored)) return form;
    const { bytes, from, to, dictionary } = form;
    this.#content = bytes.toString(dictionary === undefined ? "utf8" : "latin1", from, to);
    this.#form = dictionary;
    return dictionary;
  }

  text(): string {
    const dictionary = this.#dictionary;
    if (dictionary === undefined) return this.#content;
    try {
      return dictionary.unpack(this.#content);
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
