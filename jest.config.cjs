const { readdirSync, existsSync } = require('node:fs');
const { join } = require('node:path');

/** Every lib and app but e2e, which needs built processes and runs by itself afterwards. */
const projects = ['libs', 'apps']
  .flatMap((group) => readdirSync(join(__dirname, group)).map((name) => join(__dirname, group, name)))
  .filter((directory) => existsSync(join(directory, 'jest.config.cjs')) && !directory.endsWith('/e2e'));

module.exports = { projects };
