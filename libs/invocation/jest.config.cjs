module.exports = { ...require('../../jest.preset.cjs'), displayName: 'invocation', rootDir: __dirname };
