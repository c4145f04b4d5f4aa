// Builds dist/bench/: the bench and the processes it starts. Packages stay outside the bundle, as in dist/main.js.
import { build } from "rolldown";

const entries = {
  main: "bench/main.ts",
  "change-writer": "bench/world/change-writer.ts",
  "plain-node": "bench/targets/plain-node.ts",
  "embedded-host": "bench/clusters/embedded-host.ts",
};

for (const [name, input] of Object.entries(entries)) {
  await build({
    input,
    platform: "node",
    external: [/^(?!@oxc-project\/)[^./\0]/],
    tsconfig: "tsconfig.json",
    output: { file: `dist/bench/${name}.js`, format: "esm", sourcemap: true },
  });
}
