// Prints "passed failed" of a vitest JSON report; a skipped test counts as failed. What failed goes to stderr, with the head of its why.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
/** The first lines of a failure, indented. */
const brief = (text) =>
  text
    .split("\n")
    .slice(0, 12)
    .map((line) => `\n    ${line}`)
    .join("");
let passed = 0;
let failed = 0;
for (const file of report.testResults) {
  if (file.status === "failed" && file.assertionResults.length === 0) {
    failed += 1;
    console.error(`failed to start: ${file.name} ${brief(file.message ?? "")}`);
  }
  for (const test of file.assertionResults) {
    if (test.status === "passed") passed += 1;
    else {
      failed += 1;
      console.error(`${test.status}: ${file.name} ${test.fullName}${brief(test.failureMessages?.join("\n") ?? "")}`);
    }
  }
}
console.log(`${passed} ${failed}`);
