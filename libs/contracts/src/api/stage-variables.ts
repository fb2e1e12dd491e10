const REFERENCE = /\$\{stageVariables\.([A-Za-z0-9_]+)\}/g;

/** Puts the stage's variables into a template. Returns the name of the first variable that is not set as `missing`. */
export function fillStageVariables(
  template: string,
  variables: Readonly<Record<string, string>>,
): { readonly text: string } | { readonly missing: string } {
  let missing: string | null = null;
  const text = template.replace(REFERENCE, (reference, name: string) => {
    if (Object.hasOwn(variables, name)) return variables[name] as string;
    missing ??= name;
    return reference;
  });
  return missing === null ? { text } : { missing };
}

export function hasStageVariables(template: string): boolean {
  return template.includes('${stageVariables.');
}
