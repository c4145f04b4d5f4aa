import { pino, stdSerializers } from "pino";
import type { DestinationStream, Logger as PinoLogger } from "pino";
import type { LogFields, Logger } from "../lib/logger.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LoggerOptions {
  /** Lines below it are not even made. */
  readonly level: LogLevel;
  /** Gets one JSON object a line: stderr, a file, an array in a test. */
  readonly destination: DestinationStream;
}

/** Names under which credentials travel; whatever is logged under them, at any of the first levels, is not. */
const secretNames = [
  "authorization",
  "cookie",
  "password",
  "secret",
  "token",
  "headers",
  "variables",
  "connectionParams",
];

/**
 * JSON lines {level, time, message, …fields}: level by name, time in RFC 3339. `error` and `err` become {type, message, stack}. A line is
 * written at once; who wants buffering passes such a destination.
 */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const log = pino(
    {
      level,
      messageKey: "message",
      base: null,
      formatters: { level: (name) => ({ level: name }) },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      serializers: { error: serializeError, err: serializeError },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    },
    destination,
  );
  return toLogger(log);
}

/** An Error and its causes; anything else that was thrown as it is. Never what an error carries besides: a body, a request. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === "string" ? error : stdSerializers.err(error as Error);
  const { name, message, stack, cause } = error;
  return { type: name, message, stack, ...(cause !== undefined && { cause: serializeError(cause) }) };
}

function toLogger(log: PinoLogger): Logger {
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
    child: (fields: LogFields) => toLogger(log.child(fields)),
  };
}
