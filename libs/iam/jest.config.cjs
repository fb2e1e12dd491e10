module.exports = { ...require('../../jest.preset.cjs'), displayName: 'iam', rootDir: __dirname };
