// Which tests passed only when run again? A vitest reporter: names them in the file of HOOKGATE_FLAKY.
import { appendFileSync } from "node:fs";

export default class FlakyReporter {
  onTestCaseResult(test) {
    const { flaky, retryCount } = test.diagnostic() ?? {};
    if (!flaky) return;
    const [first] = test.result().errors ?? [];
    appendFileSync(
      process.env.HOOKGATE_FLAKY,
      `Node ${process.version}: ${test.module.relativeModuleId} > ${test.fullName} (tries: ${retryCount + 1}): ${first?.message ?? ""}\n`,
    );
  }
}
