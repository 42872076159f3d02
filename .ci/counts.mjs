// How many tests passed and failed? From vitest's JSON report and its exit code: `node counts.mjs report.json 0`.
import { existsSync, readFileSync } from "node:fs";

const [file, exitCode] = process.argv.slice(2);
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
console.log(passed, failed === 0 && !isSound ? 1 : failed);
