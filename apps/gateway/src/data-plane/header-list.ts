/** Every value of a header in a list of name, value, …, joined with commas; undefined when there is none. */
export function headerOf(pairs: readonly string[], lowerName: string): string | undefined {
  let value: string | undefined;
  for (let index = 0; index < pairs.length; index += 2) {
    const name = pairs[index] as string;
    if (name.length !== lowerName.length || name.toLowerCase() !== lowerName) continue;
    const one = pairs[index + 1] as string;
    value = value === undefined ? one : `${value},${one}`;
  }
  return value;
}

/** Takes every header of this name out of a list of name, value, … */
export function removeHeader(pairs: string[], lowerName: string): void {
  for (let index = pairs.length - 2; index >= 0; index -= 2)
    if ((pairs[index] as string).toLowerCase() === lowerName) pairs.splice(index, 2);
}
