import { X509Certificate, createHash } from "node:crypto";
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
  /** When the client certificate ends, ms since the epoch; undefined where there is none. */
  readonly clientCertificateExpiresAtMs: number | undefined;
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
    clientCertificateExpiresAtMs: cert === undefined ? undefined : expiryOf(cert),
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

/** Of the first certificate: the others are its chain. A combined PEM may have the key in front. */
function expiryOf(cert: Buffer | string): number | undefined {
  const [pem] = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(cert.toString()) ?? [];
  return pem === undefined ? undefined : Date.parse(new X509Certificate(pem).validTo);
}
