// Prints what Kubernetes or an operator would refuse in rendered manifests, one line each: NAME: FINDING.
// The argument is a JSON file with a list of { "name": "...", "manifest": { ... } }.
//
// Each manifest is checked twice: by the validator of its JSON schema, which finds wrong types, formats and ranges, and by
// TypeScript against the declared type, which also finds fields that do not exist. A kind without a schema is printed as such.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const folder = dirname(fileURLToPath(import.meta.url));
const packages = [
  "kubernetes-models",
  ...["gateway-api", "istio", "keda", "prometheus-operator"].map((name) => `@kubernetes-models/${name}`),
];
const findModule = ({ apiVersion, kind }) =>
  packages
    .map((name) => `${name}/${apiVersion}/${kind}`)
    .find((path) => existsSync(join(folder, "node_modules", `${path}.d.ts`)));

// One line of TypeScript for each manifest, and the name of its manifest.
const lines = [];
const names = [];
for (const { name, manifest } of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const module = findModule(manifest);
  if (!module) {
    console.log(`${name}: no schema for ${manifest.apiVersion} ${manifest.kind}`);
    continue;
  }

  const model = (await import(module))[manifest.kind];
  try {
    new model(manifest).validate();
  } catch (error) {
    console.log(`${name}: ${error.message.replaceAll("\n", " ")}`);
  }

  lines.push(`export const _${lines.length}: import("${module}").I${manifest.kind} = ${JSON.stringify(manifest)};`);
  names.push(name);
}

const file = join(folder, "manifests.ts");
const options = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  types: [],
};
const host = ts.createCompilerHost(options);
const { fileExists, getSourceFile } = host;
host.fileExists = (path) => path === file || fileExists(path);
host.getSourceFile = (path, ...rest) =>
  path === file ? ts.createSourceFile(path, lines.join("\n"), options.target) : getSourceFile(path, ...rest);
for (const finding of ts.getPreEmitDiagnostics(ts.createProgram([file], options, host))) {
  const name = names[finding.file?.getLineAndCharacterOfPosition(finding.start).line] ?? "TypeScript";
  console.log(`${name}: ${ts.flattenDiagnosticMessageText(finding.messageText, " ")}`);
}
