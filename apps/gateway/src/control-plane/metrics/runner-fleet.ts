import { MetricsRegistry } from '@sluice/metrics';
import { type Redis, type RedisKeys } from '@sluice/redis';

/** What of a runner's heartbeat is shown here; the rest is on the runner's own listener. */
interface RunnerHeartbeat {
  readonly id: string;
  readonly hosts?: readonly unknown[] | number;
  readonly hostRestarts?: number;
  readonly inFlight?: number;
}

/** The live runners, from their heartbeats: a gateway's metrics show whether anybody does the work. */
export class RunnerFleet {
  constructor(
    private readonly redis: Redis,
    private readonly keys: RedisKeys,
  ) {}

  /** Prometheus text; empty while Redis does not answer, since a scrape must not fail with it. */
  async render(): Promise<string> {
    const heartbeats = await this.heartbeats().catch(() => null);
    if (heartbeats === null) return '';
    const registry = new MetricsRegistry();
    registry.gauge('sluice_runners', 'Live function runners.').labels().set(heartbeats.length);
    const hosts = registry.gauge('sluice_runner_hosts', 'Sandbox hosts of a runner.', ['runner']);
    const restarts = registry.gauge('sluice_runner_host_restarts', 'Hosts a runner has replaced since it started.', [
      'runner',
    ]);
    const inFlight = registry.gauge('sluice_runner_in_flight', 'Invocations a runner holds.', ['runner']);
    for (const heartbeat of heartbeats) {
      const { id } = heartbeat;
      hosts.labels(id).set(typeof heartbeat.hosts === 'number' ? heartbeat.hosts : (heartbeat.hosts ?? []).length);
      restarts.labels(id).set(heartbeat.hostRestarts ?? 0);
      inFlight.labels(id).set(heartbeat.inFlight ?? 0);
    }
    return registry.render();
  }

  private async heartbeats(): Promise<RunnerHeartbeat[]> {
    const ids = await this.redis.zrange(this.keys.heartbeats('runner'), 0, '-1');
    const texts = await Promise.all(ids.map((id) => this.redis.get(this.keys.heartbeat('runner', id))));
    return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as RunnerHeartbeat]));
  }
}
