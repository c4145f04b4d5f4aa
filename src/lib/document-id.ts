/** What GraphQL over HTTP lets an id be (its appendix A, "Document identifier syntax"): one with a prefix, or one without a colon. */
const pattern = /^(?:sha256:[0-9a-f]{64}|x-[\w.~-]+:[\w.~-]+|[\w.~-]+)$/;

/** Whether it can name a persisted document at all; at most 200 characters. */
export function isDocumentId(id: unknown): id is string {
  return typeof id === "string" && id.length <= 200 && pattern.test(id);
}
