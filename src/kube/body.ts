import type { BodyDictionary } from "./body-dictionary.ts";
import type { KubeObject } from "./object.ts";

/**
 * The bytes of an object as kept: JSON without managedFields, without the last-applied annotation, and without the values of a Secret.
 * How they are held is nobody's business but the implementation's; `parse` costs 20 to 50 µs and gives a fresh value that the caller owns.
 */
export interface Body {
  /** Throws KubeError "MalformedResponse" where the kept bytes are damaged. */
  parse(): KubeObject;
  /** Bytes held. */
  readonly byteLength: number;
  /** The JSON text. Throws as `parse` does. */
  text(): string;
  /** Makes it take a tenth of the memory, some 60 µs of work; does nothing where that has been done. */
  pack(dictionary: BodyDictionary): void;
  /** Set once it is packed. */
  readonly packed: PackedBytes | undefined;
  /** Whether `pack` has nothing to do any more. */
  readonly isPacked: boolean;
  /** Whether it is held as JSON, unpacked. */
  readonly isText: boolean;
}

/** A text that is made when it is asked for. */
export interface LateText {
  /** Throws KubeError "MalformedResponse" where what it is made of is damaged. */
  text(): string;
  /** What is held to make it of. */
  readonly byteLength: number;
}

/** A packed text and what unpacks it. */
export interface PackedBytes {
  readonly dictionary: BodyDictionary;
  /** One byte a character. */
  readonly bytes: string;
}
