import "reflect-metadata";
import { systemClock } from "../../src/lib/clock.ts";
import { createEmbeddedApi } from "../../src/embedded/embedded-api.ts";
import { createCertificateAuthority } from "../../src/embedded/world/certificates.ts";
import { toKubeconfig } from "../../src/embedded/world/embedded-kubeconfig.ts";
import { listenHttps } from "../../src/embedded/world/https-listener.ts";

/**
 * Embedded clusters in a process of their own, so that they cost what control planes cost: outside of what is measured. No controllers run. Prints
 * one JSON line with a kubeconfig for each name of its arguments.
 */
async function start(name: string): Promise<string> {
  const api = createEmbeddedApi({ name, clock: systemClock, random: Math.random });
  const authority = await createCertificateAuthority(name, systemClock);
  const [serving, admin] = await Promise.all([
    authority.serving(["localhost"], ["127.0.0.1"]),
    authority.client("bench", ["system:masters"]),
  ]);
  const { caPem } = authority;
  const { url } = await listenHttps({ handler: api.handler, serving, clientCaPem: caPem, port: 0 });
  return toKubeconfig([{ name, url, caPem, admin }]);
}

async function serve(): Promise<void> {
  const kubeconfigs = await Promise.all(process.argv.slice(2).map(start));
  process.stdout.write(`embedded: ${JSON.stringify(kubeconfigs)}\n`);
}

void serve();
