import {
  SluiceError,
  type FunctionConfig,
  type FunctionEnvironment,
  type FunctionRecord,
  type FunctionVersion,
} from '@sluice/contracts';
import { type MasterKey } from '@sluice/config';
import {
  addVersion,
  nextVersionNumber,
  packageSha256,
  revisionId,
  type DeploymentPackage,
  type RevisionStore,
} from '@sluice/functions';
import { type Logger } from '@sluice/logging';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { functionUses } from '../../configuration/function-uses';
import { type FunctionProbe, type ProbeResult } from './function-probe';

/** What the next version is made of. It may depend on the present state, so it is asked for again when that has changed. */
export interface NextVersion {
  readonly config: FunctionConfig;
  readonly environment: FunctionEnvironment;
}

export interface PublishedVersion {
  readonly version: FunctionVersion;
  readonly created: boolean;
  readonly configurationVersion: number;
}

/** Longer than compiling, probing and committing can take. */
const STAGED_TTL_MS = 60_000;
/** How long a dropped revision can still be loaded by who was just told to run it. */
const DROPPED_TTL_MS = 10 * 60_000;
/** Each lost round means that somebody else's write went through. */
const ROUNDS_MAX = 50;

/**
 * Makes versions: stage → probe → keep → commit. The commit checks that the function still is what the version was built on, so
 * of two uploads at the same time each becomes a version of its own.
 *
 * A revision is kept before the commit and once more after it, and one that is dropped expires first and is looked at again:
 * whichever way an upload and the drop of an equal, old revision interleave, what a version names stays.
 */
export class FunctionPublisher {
  constructor(
    private readonly options: {
      readonly configuration: ConfigurationStore;
      readonly revisions: RevisionStore;
      readonly masterKey: MasterKey;
      readonly probe: FunctionProbe;
      readonly nowMs: () => number;
      readonly logger: Logger;
    },
  ) {}

  /** @param plan decides on the present record; throws to refuse (a precondition, a bad setting). */
  async publish(
    name: string,
    uploaded: DeploymentPackage,
    plan: (present: FunctionRecord | null) => Promise<NextVersion>,
  ): Promise<PublishedVersion> {
    const { configuration, revisions, masterKey, probe, nowMs } = this.options;
    const sha256 = packageSha256(uploaded);
    const probed = new Map<string, ProbeResult>();
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const seenVersion = configuration.version;
      const present = configuration.functions.get(name) ?? null;
      const { config, environment } = await plan(present);
      const revision = revisionId(sha256, config, environment, masterKey);
      const number = nextVersionNumber(present);
      const record = { functionName: name, version: number, revision, sha256, handlerKind: 'lambda', config } as const;
      await revisions.stage({ record, environment, package: uploaded }, STAGED_TTL_MS);
      const { handlerKind, initMs } = probed.get(revision) ?? (await probe.run(name, revision));
      probed.set(revision, { handlerKind, initMs });
      if (handlerKind !== record.handlerKind) {
        await revisions.stage({ record: { ...record, handlerKind }, environment, package: uploaded }, STAGED_TTL_MS);
      }
      if (!(await revisions.keep(name, revision, sha256))) continue;
      const version: FunctionVersion = {
        version: number,
        revision,
        sha256,
        sizeBytes: Buffer.byteLength(uploaded.code),
        handlerKind,
        initMs,
        config,
        environmentNames: Object.keys(environment).sort(),
        createdAt: new Date(nowMs()).toISOString(),
      };
      const { record: next, dropped } = addVersion(name, present, version, this.referencedVersions(name));
      // Dropping a version is right only while no route names it, so then the APIs must not have changed either.
      const onlyAt = dropped.length > 0 ? seenVersion : undefined;
      const configurationVersion = await configuration.commit('function', name, present, next, onlyAt);
      if (configurationVersion === null) {
        await this.drop(name, [version]);
        continue;
      }
      await this.tidy(name, version, dropped);
      return { version, created: present === null, configurationVersion };
    }
    throw new SluiceError('CONFLICT', `"${name}" is being changed all the time; try again.`);
  }

  /** Lets go of revisions and packages that no version names any more. */
  async drop(name: string, versions: readonly FunctionVersion[]): Promise<void> {
    if (versions.length === 0) return;
    const { configuration, revisions } = this.options;
    const dropped = {
      revisions: new Set(versions.map(({ revision }) => revision)),
      packages: new Set(versions.map(({ sha256 }) => sha256)),
    };
    for (const { revision, sha256 } of this.present(name)) {
      dropped.revisions.delete(revision);
      dropped.packages.delete(sha256);
    }
    await revisions.expire(name, dropped, DROPPED_TTL_MS);
    await configuration.catchUp();
    for (const { revision, sha256 } of this.present(name)) {
      if (dropped.revisions.has(revision) || dropped.packages.has(sha256)) await revisions.keep(name, revision, sha256);
    }
  }

  /** The version is committed: what fails from here on is for the log and not for the caller. */
  private async tidy(name: string, version: FunctionVersion, dropped: readonly FunctionVersion[]): Promise<void> {
    try {
      await this.options.revisions.keep(name, version.revision, version.sha256);
      await this.drop(name, dropped);
    } catch (error) {
      this.options.logger.warn('old versions of a function were not tidied up', { function: name, error });
    }
  }

  private present(name: string): readonly FunctionVersion[] {
    return this.options.configuration.functions.get(name)?.versions ?? [];
  }

  private referencedVersions(name: string): Set<number> {
    const numbers = new Set<number>();
    for (const api of this.options.configuration.apis.values()) {
      for (const { functionName, qualifier } of functionUses(api)) {
        if (functionName === name && /^\d+$/.test(qualifier ?? '')) numbers.add(Number(qualifier));
      }
    }
    return numbers;
  }
}
