/**
 * The victim: a benign function of somebody else, called at a steady rate whatever the attack beside it does (open loop: a slow answer does
 * not hold the next call back). Each call carries its number and must get exactly that back, so an answer meant for another call is an error too.
 */
import http from 'node:http';

export const VICTIM_RATE_PER_SECOND = 50;
const CALL_TIMEOUT_MS = 10_000;
const P99_MS_ALWAYS_ALLOWED = 100;

export const VICTIM_SOURCE = `export const handler = async (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ victim: event.queryStringParameters.n }),
});
`;

export class Victim {
  #url;
  #agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  #timer = null;
  #sequence = 0;
  #inFlight = 0;
  #latenciesMs = [];
  /** Calls answered, rightly or not. */
  calls = 0;
  errors = [];

  /** @param {string} url of the victim's route */
  constructor(url) {
    this.#url = url;
  }

  start() {
    const startedAt = performance.now();
    const first = this.#sequence;
    // Catches up after a late timer, so that a blocked event loop of this process does not lower the rate.
    this.#timer = setInterval(() => {
      const due = first + Math.floor(((performance.now() - startedAt) * VICTIM_RATE_PER_SECOND) / 1000);
      while (this.#sequence < due) this.#call();
    }, 5);
  }

  async stop() {
    clearInterval(this.#timer);
    while (this.#inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    this.#agent.destroy();
  }

  /** Resolves when `count` more calls have been answered. */
  async awaitCalls(count) {
    const target = this.calls + count;
    while (this.calls < target) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Worst latency among the calls answered after the first `count`: what one attack did to it. */
  worstMsSince(count) {
    return this.#latenciesMs.slice(count).reduce((worst, ms) => Math.max(worst, ms), 0);
  }

  /** Forgets what was measured so far and returns it: the quiet phase, then the run. */
  takeFigures() {
    const sorted = this.#latenciesMs.toSorted((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
    const figures = { calls: this.calls, errors: this.errors, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
    this.#latenciesMs = [];
    this.calls = 0;
    this.errors = [];
    return figures;
  }

  #call() {
    const number = String(this.#sequence++);
    const sentAt = performance.now();
    this.#inFlight += 1;
    let settled = false;
    const settle = (error) => {
      if (settled) return;
      settled = true;
      this.#inFlight -= 1;
      this.calls += 1;
      this.#latenciesMs.push(performance.now() - sentAt);
      if (error !== undefined) this.errors.push(error);
    };
    const request = http.get(
      `${this.#url}?n=${number}`,
      { agent: this.#agent, timeout: CALL_TIMEOUT_MS },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text) => (body += text));
        response.on('error', (error) => settle(error.message));
        response.on('end', () =>
          settle(
            response.statusCode === 200 && body === `{"victim":"${number}"}`
              ? undefined
              : `${response.statusCode} ${response.headers['x-sluice-error'] ?? ''} ${body.slice(0, 80)}`,
          ),
        );
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer within ${CALL_TIMEOUT_MS} ms`)));
    request.on('error', (error) => settle(error.message));
  }
}

/** The victim's contract over a run: no error, and a p99 of at most three times the quiet one (or 100 ms). */
export function judgeVictim(quiet, run) {
  const allowedMs = Math.max(3 * quiet.p99Ms, P99_MS_ALWAYS_ALLOWED);
  const problems = [];
  if (run.calls === 0) problems.push('was never called');
  if (quiet.errors.length > 0) problems.push(`failed ${quiet.errors.length} of its quiet calls (${quiet.errors[0]})`);
  if (run.errors.length > 0)
    problems.push(`failed ${run.errors.length} of ${run.calls} calls (first: ${run.errors[0]})`);
  if (!(run.p99Ms <= allowedMs))
    problems.push(`had a p99 of ${run.p99Ms.toFixed(1)} ms, allowed ${allowedMs.toFixed(1)} ms`);
  return { held: problems.length === 0, problems, allowedMs };
}
