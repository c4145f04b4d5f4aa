import type { LogFields, Logger } from "../../src/lib/logger.ts";

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps what is logged, fields of children included. */
export function createRecordingLogger(lines: LogLine[], bound: LogFields = {}): Logger {
  const log =
    (level: string) =>
    (message: string, fields: LogFields = {}): void =>
      void lines.push({ level, message, fields: { ...bound, ...fields } });
  return {
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    child: (fields) => createRecordingLogger(lines, { ...bound, ...fields }),
  };
}
