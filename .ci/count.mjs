// Prints "passed failed" of a vitest JSON report; a skipped test counts as failed, and is named.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
let passed = 0;
let failed = 0;
for (const file of report.testResults) {
  if (file.status === "failed" && file.assertionResults.length === 0) failed += 1;
  for (const test of file.assertionResults) {
    if (test.status === "passed") passed += 1;
    else {
      failed += 1;
      console.error(`${test.status}: ${file.name} ${test.fullName}`);
    }
  }
}
console.log(`${passed} ${failed}`);
