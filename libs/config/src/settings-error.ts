/** The environment is not usable. `problems` has one line per setting; all that are wrong are listed at once. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'SettingsError';
  }
}
