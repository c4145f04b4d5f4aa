import { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { Extension, X509Certificate } from "@peculiar/x509";

/** A certificate and its key, PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of a test. */
export interface TestAuthority {
  readonly ca: string;
  /** A serving certificate; for 127.0.0.1 and localhost, a day from now, where nothing else is said. */
  server(options?: { readonly names?: readonly string[]; readonly validForMs?: number }): Promise<TestCertificate>;
  client(user: string, groups?: readonly string[]): Promise<TestCertificate>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const dayMs = 86_400_000;
let serial = 1;

export async function createTestAuthority(name = "test-ca"): Promise<TestAuthority> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
  const issue = async (subject: string, validForMs: number, extensions: readonly Extension[], own?: typeof keys) => {
    const subjectKeys =
      own ?? ((await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as typeof keys);
    const certificate = await X509CertificateGenerator.create({
      serialNumber: (serial++).toString(16).padStart(4, "0"),
      subject,
      issuer: `CN=${name}`,
      notBefore: new Date(Date.now() - 2 * dayMs),
      notAfter: new Date(Date.now() + validForMs),
      signingAlgorithm: algorithm,
      publicKey: subjectKeys.publicKey,
      signingKey: keys.privateKey,
      extensions: [...extensions],
    });
    return { certificate, subjectKeys };
  };
  const toPem = async ({ certificate, subjectKeys }: { certificate: X509Certificate; subjectKeys: typeof keys }) => {
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", subjectKeys.privateKey)).toString("base64");
    const lines = pkcs8.match(/.{1,64}/gu)?.join("\n") ?? "";
    return {
      cert: `${certificate.toString("pem")}\n`,
      key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
    };
  };
  const root = await issue(`CN=${name}`, dayMs, [new BasicConstraintsExtension(true, undefined, true)], keys);
  return {
    ca: root.certificate.toString("pem"),
    async server({ names = ["127.0.0.1", "localhost"], validForMs = dayMs } = {}) {
      const alternatives = names.map((value) => ({ type: /^[\d.]+$/u.test(value) ? "ip" : "dns", value }) as const);
      const extensions = [
        new SubjectAlternativeNameExtension(alternatives),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      ];
      return toPem(await issue("CN=kube-apiserver", validForMs, extensions));
    },
    async client(user, groups = []) {
      const subject = [...groups.map((group) => `O=${group}`), `CN=${user}`].join(", ");
      return toPem(await issue(subject, dayMs, [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])]));
    },
  };
}
