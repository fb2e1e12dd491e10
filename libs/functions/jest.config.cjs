module.exports = { ...require('../../jest.preset.cjs'), displayName: 'functions', rootDir: __dirname };
