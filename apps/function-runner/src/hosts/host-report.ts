import { type MetricsRegistry } from '@sluice/metrics';
import { type HostPool } from './host-pool';
import { type HostRole } from './sandbox-host';

export interface HostReport {
  readonly pid: number;
  readonly role: HostRole;
  readonly rssMb: number;
  readonly environments: number;
  readonly inFlight: number;
}

/** What the hosts are doing. Figures of a host that has not answered a ping yet are 0. */
export function hostReport(pool: HostPool): HostReport[] {
  return [...pool.all].map(({ role, rssMb, inFlight, process: { pid = 0, status } }) => ({
    pid,
    role,
    rssMb: Math.round(rssMb),
    environments: Number(status?.environments ?? 0),
    inFlight: inFlight.size,
  }));
}

const ROLES: readonly HostRole[] = ['starting', 'spare', 'shared', 'solo', 'leaving'];

export function registerHostMetrics(registry: MetricsRegistry, pool: HostPool): void {
  const hosts = registry.gauge('sluice_sandbox_hosts', 'Sandbox host processes by what they do.', ['role']);
  for (const role of ROLES) {
    hosts.labels(role).readFrom(() => hostReport(pool).filter((host) => host.role === role).length);
  }
  const sum = (pick: (report: HostReport) => number) => (): number =>
    hostReport(pool).reduce((total, report) => total + pick(report), 0);
  registry
    .gauge('sluice_environments', 'Execution environments, idle and busy.')
    .labels()
    .readFrom(sum(({ environments }) => environments));
  registry
    .gauge('sluice_sandbox_hosts_rss_bytes', 'Resident memory of all sandbox hosts.')
    .labels()
    .readFrom(sum(({ rssMb }) => rssMb * 1024 * 1024));
  registry
    .gauge('sluice_host_restarts_total', 'Sandbox hosts replaced because they died or failed.')
    .labels()
    .readFrom(() => pool.restarts);
}
