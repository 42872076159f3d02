// How many tests passed and failed, and which? From vitest's JSON report and its exit code: `node counts.mjs report.json 0 failures.txt`.
import { appendFileSync, existsSync, readFileSync } from "node:fs";

const [file, exitCode, failures] = process.argv.slice(2);
const report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { testResults: [] };
const of = (status) =>
  report.testResults.flatMap((one) => one.assertionResults).filter((test) => test.status === status);
// A file that could not be loaded has no tests that failed; a run that died has not even that.
const broken = report.testResults.filter(
  (one) => one.status === "failed" && !one.assertionResults.some((test) => test.status === "failed"),
);
const passed = of("passed").length;
const failed = of("failed").length + broken.length;
const isSound = exitCode === "0" && passed > 0;
const texts = [
  ...of("failed").map((test) => `${test.fullName}\n${(test.failureMessages ?? []).join("\n").slice(0, 1_500)}`),
  ...broken.map((one) => `${one.name}\n${(one.message ?? "").slice(0, 1_500)}`),
  ...(failed === 0 && !isSound ? [`the run itself: exit code ${exitCode}, ${passed} passed; see its output`] : []),
];
for (const text of texts) appendFileSync(failures, `Node ${process.version}: ${text}\n\n`);
console.log(passed, failed === 0 && !isSound ? 1 : failed);
