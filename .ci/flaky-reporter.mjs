// Names each test that passed only when it was repeated, in the file $FLAKY: it lands, and is to be mended.
import { appendFileSync } from "node:fs";

export default class FlakyReporter {
  onTestCaseResult(testCase) {
    if (testCase.diagnostic()?.flaky !== true) return;
    const errors = testCase.result().errors ?? [];
    const why = errors.map(({ message }) => `\n    ${message.split("\n").slice(0, 6).join("\n    ")}`).join("");
    appendFileSync(process.env.FLAKY, `${testCase.module.moduleId} ${testCase.fullName}${why}\n`);
  }
}
