module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'gateway',
  rootDir: __dirname,
  // Terminus and jose are ES modules in a `dist` of their own; only our compiled code is left as it is.
  transformIgnorePatterns: ['/node_modules/(?!@nestjs/|jose/)', '/(apps|libs)/[^/]+/dist/'],
};
