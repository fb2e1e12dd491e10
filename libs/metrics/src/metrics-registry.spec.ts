import { MetricsRegistry } from './metrics-registry';

describe('the Prometheus exposition', () => {
  it('shows help, type and one line per series', () => {
    const registry = new MetricsRegistry();
    const requests = registry.counter('requests_total', 'Requests.', ['api', 'status']);
    requests.labels('shop', '200').inc();
    requests.labels('shop', '200').inc(2);
    requests.labels('a"b\\c\nd', '404').inc();
    expect(registry.render()).toBe(
      '# HELP requests_total Requests.\n# TYPE requests_total counter\nrequests_total{api="shop",status="200"} 3\nrequests_total{api="a\\"b\\\\c\\nd",status="404"} 1\n',
    );
  });

  it('has cumulative buckets with sum and count', () => {
    const registry = new MetricsRegistry();
    const latency = registry.histogram('latency_seconds', 'Latency.', [], [0.1, 1]).labels();
    [0.05, 0.1, 0.5, 7].forEach((value) => latency.observe(value));
    expect(registry.render()).toContain(
      'latency_seconds_bucket{le="0.1"} 2\nlatency_seconds_bucket{le="1"} 3\nlatency_seconds_bucket{le="+Inf"} 4\nlatency_seconds_sum 7.65\nlatency_seconds_count 4\n',
    );
  });

  it('reads a gauge when somebody looks', () => {
    const registry = new MetricsRegistry();
    let value = 1;
    registry
      .gauge('age_seconds', 'Age.')
      .labels()
      .readFrom(() => value);
    value = 5;
    expect(registry.render()).toContain('age_seconds 5\n');
  });

  it('forgets the series of a deleted function and no other', () => {
    const registry = new MetricsRegistry();
    const invocations = registry.counter('invocations_total', 'Invocations.', ['function', 'outcome']);
    invocations.labels('a', 'ok').inc();
    invocations.labels('ab', 'ok').inc();
    invocations.remove('function', 'a');
    expect(registry.render()).not.toContain('function="a"');
    expect(registry.render()).toContain('function="ab"');
  });

  it('refuses a wrong number of labels and a name taken twice', () => {
    const registry = new MetricsRegistry();
    const family = registry.counter('x_total', 'X.', ['a']);
    expect(() => family.labels()).toThrow('x_total has the labels (a), got 0 values');
    expect(() => registry.gauge('x_total', 'X.')).toThrow('registered twice');
  });
});
