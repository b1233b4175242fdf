// Prints how many scenarios there are, by file of tests: as many have to run.
import * as daemons from "./daemon-faults/faults.js";
import * as registries from "./faults/faults.js";
import { pullsOf } from "./faults/stage.js";
import { commandCount } from "./guides/documents.js";
import { SCENARIOS } from "./matrix/scenarios.js";
import { STORIES } from "./policies/stories.js";

const listed = {
  "e2e/matrix.test.js": SCENARIOS.reduce((count, { only }) => count + (only === undefined ? 2 : 1), 0),
  "e2e/policies.test.js": STORIES.length,
  "e2e/faults.test.js": pullsOf([...registries.WAITS, ...registries.FAULTS]).length,
  "e2e/guides.test.js": commandCount(),
  "e2e/daemon-faults.test.js": daemons.WAITS.length + daemons.FAULTS.length,
};

process.stdout.write(`${JSON.stringify(listed)}\n`);
