import { type UrlTemplate } from '@sluice/contracts';

type Parameters = Readonly<Record<string, string>> | null;
export type FillTemplate = (parameters: Parameters) => string;

/** What encodeURIComponent escapes although a path segment may have it (RFC 3986 §3.3). */
const ALLOWED_IN_SEGMENT = /%(?:3A|40|24|26|2B|2C|3B|3D)/g;

/** A decoded path as it stands in a URL: `?`, `#`, `%` and what is not ASCII escaped, slashes kept. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeSegment).join('/');
}

/** Prepares a template; `encode` is what becomes of a path variable's value. */
export function compileTemplate(template: UrlTemplate, encode: (value: string) => string): FillTemplate {
  const [only] = template;
  if (template.length === 0) return () => '';
  if (template.length === 1 && typeof only === 'string') return () => only;
  return (parameters) => {
    let text = '';
    for (const part of template) text += typeof part === 'string' ? part : encode(valueOf(parameters, part.variable));
    return text;
  };
}

/** Cuts a template at its first question mark. */
export function splitQuery(template: UrlTemplate): { path: UrlTemplate; query: UrlTemplate } {
  const at = template.findIndex((part) => typeof part === 'string' && part.includes('?'));
  const cut = template[at];
  if (typeof cut !== 'string') return { path: template, query: [] };
  const mark = cut.indexOf('?');
  return {
    path: [...template.slice(0, at), cut.slice(0, mark)],
    query: [cut.slice(mark + 1), ...template.slice(at + 1)].filter((part) => part !== ''),
  };
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed()).replace(ALLOWED_IN_SEGMENT, decodeURIComponent);
}

function valueOf(parameters: Parameters, name: string): string {
  return parameters !== null && Object.hasOwn(parameters, name) ? (parameters[name] as string) : '';
}
