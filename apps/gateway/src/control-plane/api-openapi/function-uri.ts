import { type Json, isObject } from './json';

export interface FunctionName {
  readonly function: string;
  readonly qualifier?: string;
}

/** The ARN API Gateway invokes a function under; region and account are placeholders, as in events. */
export function functionUri({
  function: name,
  qualifier,
}: {
  function: string;
  qualifier?: string | undefined;
}): string {
  const arn = `arn:aws:lambda:local:000000000000:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
  return `arn:aws:apigateway:local:lambda:path/2015-03-31/functions/${arn}/invocations`;
}

/**
 * The function that an integration's or authorizer's URI names: API Gateway's invocation ARN, a function's ARN, or either of them in
 * CloudFormation's `Fn::Sub`, where `${Hello.Arn}` is the function `Hello`. null = it names none.
 */
export function functionOfUri(uri: Json | undefined): FunctionName | null {
  const text = isObject(uri) ? uri['Fn::Sub'] : uri;
  if (typeof text !== 'string' || text.length > 2_048) return null;
  const [, name, qualifier] = NAMED.exec(text) ?? SUBSTITUTED.exec(text) ?? [];
  if (name === undefined) return null;
  return { function: name, ...(qualifier === undefined ? {} : { qualifier }) };
}

const WORD = String.raw`((?:[A-Za-z0-9_-]|\$LATEST|\$\{stageVariables\.[A-Za-z0-9_]{1,64}\})+)`;
const NAMED = new RegExp(`(?:^|/functions/)arn:[^/]{1,200}:function:${WORD}(?::${WORD})?(?:/invocations)?$`);
const SUBSTITUTED = /\/functions\/\$\{([A-Za-z0-9]+)(?:\.Arn)?\}(?::([A-Za-z0-9_$-]+))?\/invocations$/;
