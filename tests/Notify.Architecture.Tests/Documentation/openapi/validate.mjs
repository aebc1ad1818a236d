// Checks an OpenAPI document against the schema of OpenAPI: node validate.mjs FILE
import { Validator } from "@seriousme/openapi-schema-validator";

const { valid, errors } = await new Validator().validate(process.argv[2]);
if (!valid) {
  console.error(JSON.stringify(errors, null, 2));
  process.exit(1);
}
