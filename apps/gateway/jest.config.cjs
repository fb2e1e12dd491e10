module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'gateway',
  rootDir: __dirname,
  // Terminus is an ES module in its own `dist`; only our compiled code is left as it is.
  transformIgnorePatterns: ['/node_modules/(?!@nestjs/)', '/(apps|libs)/[^/]+/dist/'],
};
