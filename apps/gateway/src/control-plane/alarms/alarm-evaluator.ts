import { type MasterKey } from '@sluice/config';
import { type AlarmRecord, type AlarmState } from '@sluice/contracts';
import { type Webhook } from '@sluice/egress';
import {
  evaluateAlarm,
  METRICS,
  statisticIn,
  type AlarmStates,
  type AlarmStatus,
  type Evaluation,
  type Metric,
  type MetricReader,
  type SeriesSelection,
  type Statistic,
} from '@sluice/metrics';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { actionSecretAad } from './alarm-service';

export interface AlarmEvaluatorOptions {
  readonly configuration: Pick<ConfigurationStore, 'records'>;
  readonly reader: MetricReader;
  readonly states: AlarmStates;
  readonly masterKey: MasterKey;
  readonly send: (webhook: Webhook) => void;
  /** Wall clock. */
  readonly nowMs: () => number;
  readonly onError: (message: string, error: unknown) => void;
}

/** Gateways bring a minute's last data within moments of its end. */
const SETTLED_AFTER_SECONDS = 15;

/**
 * Looks at every alarm once per period of it and tells of what has changed. One gateway at a time does this; should two overlap, the
 * state in Redis lets only one of them make a transition, and who makes it tells of it.
 */
export class AlarmEvaluator {
  constructor(private readonly options: AlarmEvaluatorOptions) {}

  async run(): Promise<void> {
    const { states, configuration } = this.options;
    const alarms = configuration.records('alarm');
    const statuses = await states.all();
    // Of an alarm that was deleted while it was looked at.
    for (const name of statuses.keys()) if (!alarms.has(name)) await states.forget(name);
    for (const alarm of alarms.values()) {
      const status = statuses.get(alarm.name) ?? null;
      await this.evaluate(alarm, status).catch((error: unknown) =>
        this.options.onError(`the alarm ${alarm.name} could not be evaluated`, error),
      );
    }
  }

  private async evaluate(alarm: AlarmRecord, seen: AlarmStatus | null): Promise<void> {
    const { states, nowMs } = this.options;
    const { periodSeconds } = alarm.settings;
    const nowSeconds = nowMs() / 1_000;
    const endSeconds = Math.floor((nowSeconds - SETTLED_AFTER_SECONDS) / periodSeconds) * periodSeconds;
    const isSameAlarm = seen?.definedAt === alarm.updatedAt;
    if (isSameAlarm && seen.evaluatedTo >= endSeconds) return;
    const present: AlarmState = isSameAlarm ? seen.state : 'INSUFFICIENT_DATA';
    const { state, reason } = await this.judge(alarm, endSeconds, present);
    const at = new Date(nowMs()).toISOString();
    const from = seen?.state ?? 'INSUFFICIENT_DATA';
    const next: AlarmStatus = {
      state,
      reason,
      since: seen !== null && seen.state === state ? seen.since : at,
      definedAt: alarm.updatedAt,
      evaluatedTo: endSeconds,
    };
    const transition = from === state ? null : { at, from, to: state, reason };
    const isOurs = await states.change(alarm.name, seen, next, transition);
    if (isOurs && transition !== null) this.tell(alarm, transition);
  }

  private async judge(alarm: AlarmRecord, endSeconds: number, present: AlarmState): Promise<Evaluation> {
    const { metric: name, statistic, periodSeconds, evaluationPeriods, dimensions } = alarm.settings;
    const metric = METRICS[name] as Metric;
    const fromSeconds = endSeconds - evaluationPeriods * periodSeconds;
    const given = Object.entries(dimensions).filter(([, value]) => value !== undefined);
    const selection = { kind: metric.kind, ...Object.fromEntries(given) } as SeriesSelection;
    const periods = await this.options.reader.read(selection, { fromSeconds, toSeconds: endSeconds, periodSeconds });
    const values = Array.from({ length: evaluationPeriods }, (_, index) => {
      const period = periods.find(({ startSeconds }) => startSeconds === fromSeconds + index * periodSeconds);
      return period === undefined ? null : statisticIn(period.data, metric, statistic as Statistic);
    });
    return evaluateAlarm(alarm.settings, values, present);
  }

  private tell(
    { name, settings }: AlarmRecord,
    transition: { readonly at: string; readonly from: AlarmState; readonly to: AlarmState; readonly reason: string },
  ): void {
    const { actions, description, metric, statistic, dimensions, periodSeconds, threshold, comparison } = settings;
    const payload = {
      alarm: name,
      ...(description === undefined ? {} : { description }),
      state: transition.to,
      previousState: transition.from,
      reason: transition.reason,
      at: transition.at,
      metric,
      statistic,
      dimensions,
      periodSeconds,
      comparison,
      threshold,
    };
    for (const { url, secret, states } of actions) {
      if (!states.includes(transition.to)) continue;
      const signing =
        secret === undefined ? {} : { secret: this.options.masterKey.decrypt(secret, actionSecretAad(name)) };
      this.options.send({ url, payload, ...signing });
    }
  }
}
