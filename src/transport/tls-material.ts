import { createHash } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { SecureContext } from "node:tls";

/** What a TLS handshake needs, read from files and plugins. */
export interface TlsParts {
  readonly ca?: Buffer | string | undefined;
  readonly cert?: Buffer | string | undefined;
  readonly key?: Buffer | string | undefined;
  readonly serverName?: string | undefined;
  readonly verify: boolean;
}

/** Handshake material; two with the same fingerprint are the same, so connections made with one serve the other. */
export interface TlsMaterial {
  readonly fingerprint: string;
  /** Options for tls.connect. */
  readonly connect: {
    readonly secureContext: SecureContext;
    readonly servername?: string;
    readonly rejectUnauthorized: boolean;
  };
}

/** Throws where the parts do not go together: not PEM, or a key that is not the certificate's (caught in the midst of a rotation). */
export function createTlsMaterial(parts: TlsParts): TlsMaterial {
  const { ca, cert, key, serverName, verify } = parts;
  return {
    fingerprint: fingerprintOf(parts),
    connect: {
      secureContext: createSecureContext({ ca, cert, key, minVersion: "TLSv1.2" }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      rejectUnauthorized: verify,
    },
  };
}

export function fingerprintOf({ ca, cert, key, serverName, verify }: TlsParts): string {
  const hash = createHash("sha256");
  // Lengths in front, so that no two sets of parts run together to the same bytes.
  for (const part of [ca, cert, key, serverName, String(verify)]) {
    const bytes = part === undefined ? undefined : Buffer.from(part);
    hash.update(`${bytes?.length ?? "-"}:`).update(bytes ?? "");
  }
  return hash.digest("base64url");
}
