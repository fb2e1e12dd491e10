const { readdirSync, existsSync } = require('node:fs');
const { join } = require('node:path');

/** Every lib and app but e2e, which needs built processes and runs by itself afterwards. */
const projects = ['libs', 'apps']
  .flatMap((group) => readdirSync(join(__dirname, group)).map((name) => join(__dirname, group, name)))
  .filter((directory) => existsSync(join(directory, 'jest.config.cjs')) && !directory.endsWith('/e2e'));

// Only the top level of a multi-project run sets the time a test may take.
module.exports = { projects, testTimeout: 30_000 };
