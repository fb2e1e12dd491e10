import { createHash } from 'node:crypto';
import { type OpenApiDocument } from './openapi-document';
import { type Operation } from './operation';

export interface DocsPage {
  readonly html: string;
  /** Nothing may load or run but this page's own style. */
  readonly contentSecurityPolicy: string;
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}' +
  'code{font:14px/1.4 ui-monospace,monospace}h2{margin-top:2rem;border-bottom:1px solid #d0d7de}' +
  'details{margin:.4rem 0;padding:.4rem .8rem;border:1px solid #d0d7de;border-radius:6px}summary{cursor:pointer}' +
  'b{display:inline-block;min-width:4rem;font:700 14px ui-monospace,monospace}table{border-collapse:collapse;margin:.5rem 0}' +
  'td{padding:.2rem .8rem .2rem 0;vertical-align:top}' +
  '@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}h2,details{border-color:#30363d}}';

/** The OpenAPI document for a reader: one page, no script, nothing from elsewhere. */
export function docsPage({ info, paths }: OpenApiDocument): DocsPage {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  const sections = tags.map((tag) => {
    const ofTag = operations.filter(({ operation }) => operation.tags.includes(tag));
    return `<h2>${escape(tag)}</h2>${ofTag.map(({ path, method, operation }) => section(path, method, operation)).join('')}`;
  });
  const html =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(info.title)}</title>` +
    `<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body><h1>${escape(info.title)}</h1>` +
    `<p>${escape(info.description)}</p><p>Machine-readable: <a href="openapi.json">openapi.json</a></p>${sections.join('')}</body></html>`;
  const styleHash = createHash('sha256').update(STYLE).digest('base64');
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}

function section(path: string, method: string, { summary, parameters = [], responses }: Operation): string {
  const named = parameters as readonly { name: string; in: string; description?: string }[];
  const answers = Object.entries(responses) as [string, { description: string }][];
  const rows = [
    ...named.map(({ name, in: where, description = '' }) => row(name, `${description} (${where})`.trim())),
    ...answers.map(([status, { description }]) => row(status, description)),
  ];
  return (
    `<details><summary><b>${escape(method.toUpperCase())}</b> <code>${escape(path)}</code> ${escape(summary)}</summary>` +
    `<table>${rows.join('')}</table></details>`
  );
}

function row(name: string, text: string): string {
  return `<tr><td><code>${escape(name)}</code></td><td>${escape(text)}</td></tr>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
