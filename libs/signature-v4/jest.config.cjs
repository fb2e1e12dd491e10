module.exports = { ...require('../../jest.preset.cjs'), displayName: 'signature-v4', rootDir: __dirname };
