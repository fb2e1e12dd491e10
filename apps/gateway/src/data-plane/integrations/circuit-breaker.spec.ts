import { CircuitBreaker } from './circuit-breaker';

const settings = { failures: 3, windowSeconds: 10, openSeconds: 5 };

function failing(breaker: CircuitBreaker, ...atMs: number[]): void {
  for (const nowMs of atMs) {
    const pass = breaker.enter(nowMs);
    if (pass !== null) breaker.leave(pass, 'failed', nowMs);
  }
}

describe('a circuit', () => {
  it('opens with the failure that is one too many within the window, and not with failures far apart', () => {
    const breaker = new CircuitBreaker(settings);
    failing(breaker, 0, 6_000, 12_000);
    expect(breaker.enter(12_000)).toBe('normal');
    failing(breaker, 15_000);
    expect(breaker.enter(15_000)).toBeNull();
    expect(breaker.retryAfterSeconds(15_000)).toBe(5);
  });

  it('lets one request try when its time is over, and closes when that is answered', () => {
    const breaker = new CircuitBreaker(settings);
    failing(breaker, 0, 1, 2);
    expect(breaker.enter(5_001)).toBeNull();
    expect(breaker.enter(5_002)).toBe('trial');
    expect(breaker.enter(5_003)).toBeNull();
    breaker.leave('trial', 'answered', 5_010);
    expect(breaker.enter(5_011)).toBe('normal');
    failing(breaker, 5_012, 5_013);
    expect(breaker.enter(5_014)).toBe('normal');
  });

  it('stays open when the try fails, and gives the next one a try when the client of the first left', () => {
    const breaker = new CircuitBreaker(settings);
    failing(breaker, 0, 1, 2);
    failing(breaker, 6_000);
    expect(breaker.enter(10_999)).toBeNull();
    expect(breaker.enter(11_000)).toBe('trial');
    breaker.leave('trial', 'abandoned', 11_001);
    expect(breaker.enter(11_002)).toBe('trial');
  });

  it('learns nothing from requests that were sent before it opened', () => {
    const breaker = new CircuitBreaker(settings);
    const early = breaker.enter(0);
    failing(breaker, 0, 1, 2);
    expect(breaker.enter(6_000)).toBe('trial');
    if (early !== null) breaker.leave(early, 'answered', 6_001);
    expect(breaker.enter(6_002)).toBeNull();
  });

  it('may open with the very first failure', () => {
    const breaker = new CircuitBreaker({ ...settings, failures: 1 });
    failing(breaker, 7);
    expect(breaker.enter(8)).toBeNull();
  });
});
