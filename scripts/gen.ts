// `npm run gen`: writes every generated file that is checked in. `npm run check:generated` tells whether it is due.
import { GENERATORS, ROOT, runGenerator } from "./gen/generators.ts";

for (const generator of GENERATORS) {
  await runGenerator(generator, ROOT);
  console.log(`${generator.script} → ${generator.files.join(", ")}`);
}
