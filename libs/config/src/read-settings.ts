import { PARENT_PIPE_VARIABLE } from './watch-parent';
import { type Setting, type SettingReader, settingTable, type SettingTable } from './setting-table';

export type Environment = Readonly<Record<string, string | undefined>>;

type ValueOf<S> = S extends Setting<infer T> ? T : never;
export type SettingValues = { readonly [K in keyof SettingTable]: ValueOf<SettingTable[K]> };

export interface ReadSettings {
  readonly values: SettingValues;
  /** One line per value that is not allowed, naming the setting. */
  readonly problems: readonly string[];
  /** One line per name that looks like ours and is none. */
  readonly warnings: readonly string[];
}

/** Reads what `reader` uses. A variable that is set to nothing counts as not set; a setting of another process is not judged. */
export function readSettings(environment: Environment, reader: SettingReader): ReadSettings {
  const problems: string[] = [];
  const values = Object.fromEntries(
    Object.entries<Setting<unknown>>(settingTable).map(([key, setting]) => {
      const text = environment[setting.name];
      if (text === undefined || text === '' || !setting.readBy.includes(reader)) return [key, setting.defaultValue];
      try {
        return [key, setting.kind.parse(text)];
      } catch {
        problems.push(`${setting.name}=${setting.secret ? '(hidden)' : printable(text)} is not ${setting.kind.label}`);
        return [key, setting.defaultValue];
      }
    }),
  ) as SettingValues;
  return { values, problems, warnings: unknownNames(environment) };
}

/** Only names that can be nobody else's are judged, so a typo is noticed and a stranger's variable is not. */
function unknownNames(environment: Environment): string[] {
  const names = Object.values<Setting<unknown>>(settingTable).map((setting) => setting.name);
  const known = new Set([...names, PARENT_PIPE_VARIABLE]);
  return Object.keys(environment)
    .filter((name) => name.startsWith('SLUICE_') && !known.has(name))
    .map((name) => `${name} is no setting of Sluice and is ignored`);
}

function printable(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1);
  return escaped.length > 80 ? `${escaped.slice(0, 80)}…` : escaped;
}
