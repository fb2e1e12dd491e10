const pollIntervalMs = 5;

/**
 * Waits until `condition` answers something truthy and answers it. The error after `timeoutMs` names what was waited for and the last
 * error the condition threw, so a failing test says more than "timed out".
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: { readonly timeoutMs?: number; readonly what?: string } = {},
): Promise<Exclude<T, undefined | null | false | 0 | ''>> {
  const { timeoutMs = 5_000, what = String(condition) } = options;
  const deadlineMs = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await condition();
      if (answer) return answer as Exclude<T, undefined | null | false | 0 | ''>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadlineMs)
      throw new Error(`After ${timeoutMs} ms still not: ${what}`, { cause: lastError });
    await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
  }
}
