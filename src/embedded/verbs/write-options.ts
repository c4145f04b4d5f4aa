import type { UserInfo } from "../auth/user-info.ts";

/** What a write says besides its body. */
export interface VerbOptions {
  /** Who writes. They may: what is left to decide is what the kind itself asks of them. */
  readonly user: UserInfo;
  readonly fieldManager: string;
  readonly dryRun: boolean;
  /** What becomes of fields the schema does not know. */
  readonly fieldValidation: "Strict" | "Warn" | "Ignore";
  /** "" for the object itself. */
  readonly subresource: "" | "status" | "scale" | "finalize";
}

/** What a write answers: the stored object, and what was worth a warning. */
export interface VerbResult<T> {
  readonly object: T;
  readonly created: boolean;
  readonly warnings: readonly string[];
}
