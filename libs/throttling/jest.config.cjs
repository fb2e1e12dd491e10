module.exports = { ...require('../../jest.preset.cjs'), displayName: 'throttling', rootDir: __dirname };
