module.exports = { ...require('../../jest.preset.cjs'), displayName: 'framing', rootDir: __dirname };
