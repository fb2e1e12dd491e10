import { parseMappingTemplate, type BodyTemplate, type MappingSide, type MappingSource } from '@sluice/contracts';
import { contextVariable, valueAt } from './context-variables';
import { type MappingScope } from './mapping-scope';

type Variables = Readonly<Record<string, string>>;
/** undefined = the request or response has nothing there. */
type Read = (scope: MappingScope) => unknown;

/** A prepared value of a mapping. */
export interface MappedText {
  /** null = it depends on the request. */
  readonly constant: string | null;
  readonly read: (scope: MappingScope) => string | undefined;
}

export interface MappedBody {
  /** null = it depends on the request. */
  readonly constant: { readonly value: unknown } | null;
  readonly read: Read;
}

/** Prepares a value that becomes a text. An expression within a text that names nothing leaves a gap; alone, it is undefined. */
export function compileText(text: string, side: MappingSide, variables: Variables): MappedText {
  const template = parseMappingTemplate(text, side);
  const parts = template.map((part) => (typeof part === 'string' ? part : compileSource(part, variables)));
  if (parts.every((part) => typeof part === 'string')) {
    const constant = parts.join('');
    return { constant, read: () => constant };
  }
  const [alone] = parts;
  if (parts.length === 1 && typeof alone === 'function')
    return { constant: null, read: (scope) => asText(alone(scope)) };
  return {
    constant: null,
    read: (scope) => parts.map((part) => (typeof part === 'string' ? part : (asText(part(scope)) ?? ''))).join(''),
  };
}

/** Prepares a JSON template: each string that is exactly an expression becomes the value it names, null where there is none. */
export function compileBody(template: BodyTemplate, side: MappingSide, variables: Variables): MappedBody {
  if (typeof template === 'string') {
    const [alone, ...more] = parseMappingTemplate(template, side);
    if (alone !== undefined && typeof alone !== 'string' && more.length === 0) {
      const read = compileSource(alone, variables);
      return { constant: null, read: (scope) => read(scope) ?? null };
    }
    const { constant, read } = compileText(template, side, variables);
    return constant === null ? { constant, read } : fixed(constant);
  }
  if (Array.isArray(template)) {
    const entries = template.map((entry) => compileBody(entry, side, variables));
    if (entries.every(({ constant }) => constant !== null)) return fixed(template);
    return { constant: null, read: (scope) => entries.map(({ read }) => read(scope)) };
  }
  if (typeof template !== 'object' || template === null) return fixed(template);
  const members = Object.entries(template).map(([name, value]) => ({ name, ...compileBody(value, side, variables) }));
  if (members.every(({ constant }) => constant !== null)) return fixed(template);
  return {
    constant: null,
    read: (scope) => Object.fromEntries(members.map(({ name, read }) => [name, read(scope)])),
  };
}

function fixed(value: unknown): MappedBody {
  return { constant: { value }, read: () => value };
}

/** Whether any expression in mapping values or templates reads this body. */
export function readsBody(from: 'request.body' | 'response.body', ...values: readonly unknown[]): boolean {
  const marker = `$${from}`;
  const embedded = `\${${from}`;
  return values.some((value) => {
    const text = JSON.stringify(value) as string | undefined;
    return text !== undefined && (text.includes(marker) || text.includes(embedded));
  });
}

function compileSource(source: MappingSource, variables: Variables): Read {
  switch (source.from) {
    case 'request.header':
      return (scope) => scope.requestHeader(source.name);
    case 'request.querystring':
      return (scope) => scope.queryParameter(source.name);
    case 'request.path': {
      const { name } = source;
      if (name === null) return ({ context }) => context.routedPath;
      return ({ context: { pathParameters } }) =>
        pathParameters !== null && Object.hasOwn(pathParameters, name) ? pathParameters[name] : undefined;
    }
    case 'request.body':
      return (scope) => valueAt(scope.requestJson(), source.place);
    case 'response.header':
      return (scope) => scope.responseHeader(source.name);
    case 'response.body':
      return (scope) => valueAt(scope.responseJson(), source.place);
    case 'stageVariables': {
      const value = Object.hasOwn(variables, source.name) ? variables[source.name] : undefined;
      return () => value;
    }
    case 'context': {
      const read = contextVariable(source.name);
      return ({ context }) => read(context);
    }
  }
}

function asText(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}
