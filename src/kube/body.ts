import type { KubeObject } from "./object.ts";

/**
 * The bytes of an object as kept: JSON without managedFields, without the last-applied annotation, and without the values of a Secret.
 * How they are held is nobody's business but the implementation's; `parse` costs some 20 µs and gives a fresh value that the caller owns.
 */
export interface Body {
  /** Throws KubeError "MalformedResponse" where the kept bytes are damaged. */
  parse(): KubeObject;
  /** Bytes held. */
  readonly byteLength: number;
  /** The JSON text, for disk. */
  text(): string;
}
