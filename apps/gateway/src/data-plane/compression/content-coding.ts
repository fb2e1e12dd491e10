/** The codings answers are sent in, the one that is taken when a client likes several equally first. */
export const CONTENT_CODINGS = ['gzip', 'br', 'deflate'] as const;
export type ContentCoding = (typeof CONTENT_CODINGS)[number];

/** Clients send few different headers; the answers for the first of them are kept. */
const KNOWN_MAX = 1_000;
const known = new Map<string, ContentCoding | null>();

/** The coding a client likes best (RFC 9110 §12.5.3); null = send the answer as it is. */
export function chooseCoding(acceptEncoding: string): ContentCoding | null {
  const found = known.get(acceptEncoding);
  if (found !== undefined) return found;
  const chosen = negotiate(acceptEncoding);
  if (known.size < KNOWN_MAX) known.set(acceptEncoding, chosen);
  return chosen;
}

function negotiate(acceptEncoding: string): ContentCoding | null {
  const weights = new Map<string, number>();
  for (const item of acceptEncoding.toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    if (name !== '') weights.set(name === 'x-gzip' ? 'gzip' : name, weightOf(parameters));
  }
  const rest = weights.get('*') ?? 0;
  const identity = weights.get('identity') ?? 0;
  let best: ContentCoding | null = null;
  let bestWeight = 0;
  for (const coding of CONTENT_CODINGS) {
    const weight = weights.get(coding) ?? rest;
    if (weight <= bestWeight || weight < identity) continue;
    best = coding;
    bestWeight = weight;
  }
  return best;
}

/** RFC 9110 §12.4.2; what is no weight refuses. */
function weightOf(parameters: readonly string[]): number {
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  if (q === undefined) return 1;
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(q.slice(2)) ? Number(q.slice(2)) : 0;
}
