/** `${stageVariables.name}` in a function name, qualifier or URL. */
const REFERENCE = /\$\{stageVariables\.([A-Za-z0-9_]{1,64})\}/g;

/** Names of the stage variables a text refers to. */
export function stageVariablesIn(text: string): string[] {
  return text.includes('${') ? Array.from(text.matchAll(REFERENCE), ([, name = '']) => name) : [];
}

/** The text with each `${stageVariables.name}` replaced by its value, or null when the stage does not have one of them. */
export function withStageVariables(text: string, variables: Readonly<Record<string, string>>): string | null {
  if (!text.includes('${stageVariables.')) return text;
  let complete = true;
  const resolved = text.replace(REFERENCE, (_reference, name: string) => {
    if (Object.hasOwn(variables, name)) return variables[name] ?? '';
    complete = false;
    return '';
  });
  return complete ? resolved : null;
}
