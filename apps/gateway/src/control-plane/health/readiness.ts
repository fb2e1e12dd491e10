import { type ConfigurationStore } from '../../configuration/configuration-store';

/** The configuration store asks Redis every second. */
const STORE_ANSWER_AGE_MAX_MS = 5_000;

export interface ReadinessCheck {
  readonly up: boolean;
  readonly [detail: string]: boolean | number | string;
}

/** Whether requests should be sent to this gateway. */
export class Readiness {
  private draining = false;

  constructor(
    private readonly configuration: ConfigurationStore,
    private readonly nowMs: () => number,
  ) {}

  /** From now on this gateway takes nothing new. */
  drain(): void {
    this.draining = true;
  }

  configurationCheck(): ReadinessCheck {
    const { version } = this.configuration;
    return { up: version >= 0, version };
  }

  redisCheck(): ReadinessCheck {
    const ageMs = this.nowMs() - this.configuration.lastStoreAnswerAtMs;
    return Number.isFinite(ageMs)
      ? { up: ageMs <= STORE_ANSWER_AGE_MAX_MS, answeredMsAgo: Math.round(ageMs) }
      : { up: false };
  }

  acceptingCheck(): ReadinessCheck {
    return { up: !this.draining };
  }
}
