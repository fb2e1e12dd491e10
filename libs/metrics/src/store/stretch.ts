import { LIMITS } from '@sluice/contracts';

/** How fine metrics are kept, finest first; each is rolled up into the next. */
export const RESOLUTIONS = [
  { seconds: 60, secondsKept: LIMITS.metricMinutesSecondsKept },
  { seconds: 300, secondsKept: LIMITS.metricFiveMinutesSecondsKept },
  { seconds: 3_600, secondsKept: LIMITS.metricHoursSecondsKept },
] as const;

export type ResolutionSeconds = (typeof RESOLUTIONS)[number]['seconds'];

/** What one writer measured from `startSeconds` on, for `resolution` seconds. */
export interface Stretch {
  readonly resolution: ResolutionSeconds;
  /** Epoch seconds, a multiple of the resolution. */
  readonly startSeconds: number;
  /** A gateway, or `ROLLED_UP`. */
  readonly writer: string;
}

/** The writer of coarser stretches: whoever makes them makes the same. */
export const ROLLED_UP = 'rolled-up';

export function secondsKept(resolution: ResolutionSeconds): number {
  return RESOLUTIONS.find(({ seconds }) => seconds === resolution)?.secondsKept ?? 0;
}

export function floorTo(seconds: number, step: number): number {
  return Math.floor(seconds / step) * step;
}

/** The name of a stretch in the index of its resolution. */
export function memberOf({ startSeconds, writer }: Stretch): string {
  return `${startSeconds}:${writer}`;
}

export function stretchOf(resolution: ResolutionSeconds, member: string): Stretch {
  const colon = member.indexOf(':');
  return { resolution, startSeconds: Number(member.slice(0, colon)), writer: member.slice(colon + 1) };
}
