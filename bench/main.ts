import { writeFile } from "node:fs/promises";
import { allCases } from "./cases/all-cases.ts";
import { describeMachine } from "./measure/machine.ts";
import { toTable } from "./measure/table.ts";
import { OptionError, parseOptions } from "./options.ts";
import { runBench } from "./run-bench.ts";

/** The bench: it starts everything, is the load generator, and prints the table. README.md tells more. */
async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === "list") {
    process.stdout.write(`${allCases.map(({ name }) => name).join("\n")}\n`);
    return 0;
  }
  const from = performance.now();
  const say = (text: string): void => {
    process.stderr.write(`bench: ${((performance.now() - from) / 1_000).toFixed(0).padStart(4)} s  ${text}\n`);
  };
  const machine = await describeMachine();
  const report = await runBench(options, say);
  const { rows, left, failed } = report;
  if (options.json !== undefined) {
    const { rounds, pods } = options;
    await writeFile(options.json, `${JSON.stringify({ machine, rounds, pods, ...report }, null, 2)}\n`);
  }
  for (const line of left) say(`left out, ${line}`);
  for (const line of failed) say(`FAILED, ${line}`);
  if (options.smoke) {
    const seconds = ((performance.now() - from) / 1_000).toFixed(0);
    process.stdout.write(
      `bench: ${rows.length} rows ran in ${seconds} s, ${left.length} left out, ${failed.length} failed\n`,
    );
  } else {
    process.stdout.write(`${machine}\n${options.rounds} rounds, 2 x ${options.pods} pods\n\n${toTable(rows)}`);
  }
  return failed.length === 0 ? 0 : 1;
}

// Ends what was started, too.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isOurs = error instanceof OptionError;
    process.stderr.write(`bench: ${isOurs ? error.message : ((error as Error).stack ?? String(error))}\n`);
    process.exitCode = isOurs ? 2 : 1;
  },
);
