module.exports = { ...require('../../jest.preset.cjs'), displayName: 'function-runner', rootDir: __dirname };
