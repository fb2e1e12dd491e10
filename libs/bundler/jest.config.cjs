module.exports = { ...require('../../jest.preset.cjs'), displayName: 'bundler', rootDir: __dirname };
