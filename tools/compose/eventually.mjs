/** Repeats `attempt` until it no longer throws; rejects with its last error when that takes longer than `timeoutMs`. */
export async function eventually(attempt, timeoutMs = 30_000) {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
