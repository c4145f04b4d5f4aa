import { webcrypto } from "node:crypto";
import type { ExtendedKeyUsage, SubjectAlternativeNameExtension, X509Certificate } from "@peculiar/x509";
import type { Clock } from "../../lib/clock.ts";

/** A certificate and its key, as PEM. */
export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** Signs certificates of one embedded cluster; its key lives and dies with the process. */
export interface CertificateAuthority {
  readonly caPem: string;
  /** A serving certificate for these DNS names and IP addresses. */
  serving(names: readonly string[], addresses: readonly string[]): Promise<KeyPair>;
  /** A client certificate, as kube-apiserver reads one: CN is the user, O the groups. */
  client(user: string, groups: readonly string[]): Promise<KeyPair>;
}

const dayMs = 86_400_000;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A new authority whose certificates are valid from an hour ago (clocks differ) for a year. */
export async function createCertificateAuthority(clusterName: string, clock: Clock): Promise<CertificateAuthority> {
  // Loaded here, since only who has embedded clusters needs it and it takes as long as the rest of a small start.
  const x509 = await import("@peculiar/x509");
  const validity = { notBefore: new Date(clock.now() - dayMs / 24), notAfter: new Date(clock.now() + 365 * dayMs) };
  const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
    webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const caKeys = await newKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: [{ CN: [`${clusterName}-ca`] }],
    keys: caKeys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });

  const leaf = async (
    name: { [type: string]: string[] }[],
    usage: ExtendedKeyUsage,
    alternatives?: SubjectAlternativeNameExtension,
  ): Promise<KeyPair> => {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity,
      subject: name,
      issuer: ca.subject,
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        ...(alternatives === undefined ? [] : [alternatives]),
      ],
    });
    return { certPem: toPem(certificate), keyPem: await keyToPem(keys.privateKey) };
  };

  return {
    caPem: toPem(ca),
    serving: (names, addresses) =>
      leaf(
        [{ CN: ["kube-apiserver"] }],
        x509.ExtendedKeyUsage.serverAuth,
        new x509.SubjectAlternativeNameExtension([
          ...names.map((value) => ({ type: "dns" as const, value })),
          ...addresses.map((value) => ({ type: "ip" as const, value })),
        ]),
      ),
    client: (user, groups) =>
      leaf([...groups.map((group) => ({ O: [group] })), { CN: [user] }], x509.ExtendedKeyUsage.clientAuth),
  };
}

function toPem(certificate: X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

async function keyToPem(key: webcrypto.CryptoKey): Promise<string> {
  const { PemConverter } = await import("@peculiar/x509");
  return `${PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}
