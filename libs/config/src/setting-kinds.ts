import { cpus } from 'node:os';
import { parseAddressBlock, type AddressBlock } from '@sluice/contracts';

/** How a setting's text becomes its value. `parse` throws a RangeError whose message completes "NAME=text is not …". */
export interface SettingKind<T> {
  readonly label: string;
  parse(text: string): T;
}

export const port: SettingKind<number> = integer(0, 65_535, 'a port number (0-65535)');

/** 0 means "choose": the process decides from the machine it runs on. */
export const processorCount = cpus().length;

export function integer(min: number, max: number, label = `a whole number from ${min} to ${max}`): SettingKind<number> {
  return {
    label,
    parse(text) {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (!(value >= min && value <= max)) throw new RangeError(label);
      return value;
    },
  };
}

export function choice<const T extends string>(...values: readonly T[]): SettingKind<T> {
  const label = `one of ${values.join(', ')}`;
  return {
    label,
    parse(text) {
      const value = values.find((candidate) => candidate === text);
      if (value === undefined) throw new RangeError(label);
      return value;
    },
  };
}

export function text(label: string, pattern = /^[^\0\r\n]+$/): SettingKind<string> {
  return {
    label,
    parse(value) {
      if (!pattern.test(value)) throw new RangeError(label);
      return value;
    },
  };
}

export const ipAddressOrHost = text('an address or host name', /^[A-Za-z0-9.:_-]{1,253}$/);

/** Who may say in `X-Forwarded-For` for whom a request is made. */
export type TrustedProxies =
  | { readonly kind: 'none' }
  /** So many proxies stand in front, whatever their addresses; nobody reaches the gateway past them. */
  | { readonly kind: 'count'; readonly proxies: number }
  | { readonly kind: 'blocks'; readonly blocks: readonly AddressBlock[] };

export const trustedProxies: SettingKind<TrustedProxies> = {
  label: 'none, a number of proxies (1-32), or addresses and CIDR blocks with commas between them',
  parse(value) {
    if (value === 'none') return { kind: 'none' };
    if (/^\d{1,2}$/.test(value) && Number(value) >= 1 && Number(value) <= 32)
      return { kind: 'count', proxies: Number(value) };
    const blocks = value.split(',').map((block) => parseAddressBlock(block.trim()));
    if (blocks.length > 1_000 || blocks.includes(null)) throw new RangeError(trustedProxies.label);
    return { kind: 'blocks', blocks: blocks.filter((block) => block !== null) };
  },
};

export const share: SettingKind<number> = {
  label: 'a number from 0 to 1',
  parse(value) {
    const parsed = /^(0|1|0?\.\d{1,6}|1\.0)$/.test(value) ? Number(value) : Number.NaN;
    if (!(parsed >= 0 && parsed <= 1)) throw new RangeError(share.label);
    return parsed;
  },
};

export const httpUrl: SettingKind<string> = {
  label: 'an http or https URL',
  parse(value) {
    if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) throw new RangeError(httpUrl.label);
    return value;
  },
};

/** Names and values in OpenTelemetry's form: `name=value,name=value`, values percent-encoded. */
export const headerList: SettingKind<Readonly<Record<string, string>>> = {
  label: 'name=value pairs with commas between them',
  parse(value) {
    const pairs = value.split(',').map((pair) => /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*?)\s*$/.exec(pair));
    if (pairs.includes(null) || /%(?![0-9a-f]{2})/i.test(value)) throw new RangeError(headerList.label);
    return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', decodeURIComponent(pair?.[2] ?? '')]));
  },
};

export const filePath = text('a file path');

/** What `libs/redis` can connect to: `redis://`, `rediss://`, `unix:///path`, or a path. */
export const redisUrl = text(
  'a Redis address (redis://host:port, rediss://host:port, unix:///path/redis.sock or /path/redis.sock)',
  /^(rediss?:\/\/[^\s/]|unix:\/\/\/|\/)[^\s]*$/,
);

export const linkAddress = text('unix:/path or host:port', /^(unix:\/[^\0\s]+|\[?[A-Za-z0-9.:_-]+\]?:\d{1,5})$/);

/** 32 bytes as base64 or base64url. */
export const masterKeyText: SettingKind<string> = {
  label: '32 bytes in base64 (make one with: openssl rand -base64 32)',
  parse(value) {
    const isBase64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(value);
    if (!isBase64 || Buffer.from(value, 'base64').length !== 32) throw new RangeError(masterKeyText.label);
    return value;
  },
};
