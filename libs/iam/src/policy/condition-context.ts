/** What a request says about itself, by condition key. Keys are asked for in lower case; many-valued keys answer a list. */
export interface ConditionContext {
  value(lowerCaseKey: string): string | readonly string[] | undefined;
}

/** A context from a plain object, for what is not on a request's way. */
export function conditionContext(values: Readonly<Record<string, string | readonly string[]>>): ConditionContext {
  const byKey = new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), value]));
  return { value: (key) => byKey.get(key) };
}
