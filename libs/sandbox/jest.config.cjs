module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'sandbox',
  rootDir: __dirname,
  /** Specs start real hosts from `dist`; the guest image is made when its sources changed (after `tsc -b`). */
  globalSetup: '<rootDir>/build-guest-image.cjs',
};
