import {
  DEFAULT_FUNCTION_CONFIG,
  parseFunctionConfig,
  SluiceError,
  type FunctionConfig,
  type FunctionEnvironment,
  type FunctionRecord,
  type FunctionVersion,
} from '@sluice/contracts';
import { type Bundler } from '@sluice/bundler';
import { resolveVersion, type DeploymentPackage, type PackageSource, type RevisionStore } from '@sluice/functions';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { functionUses } from '../../configuration/function-uses';
import { checkPreconditions, type Preconditions } from '../http/preconditions';
import { type FunctionPublisher, type NextVersion, type PublishedVersion } from './function-publisher';
import { type FunctionUpload } from './function-upload';

/** The rules of functions: uploads and changes of settings make versions, and a function that a route uses stays. */
export class FunctionService {
  constructor(
    private readonly options: {
      readonly configuration: ConfigurationStore;
      readonly revisions: RevisionStore;
      readonly publisher: FunctionPublisher;
      readonly bundler: Bundler;
    },
  ) {}

  /** @throws SluiceError FUNCTION_NOT_FOUND */
  get(name: string): FunctionRecord {
    const record = this.options.configuration.functions.get(name);
    if (record === undefined) throw notFound(name);
    return record;
  }

  /** Compiles an upload and makes it the next version; settings it does not mention stay as they are. */
  async upload(name: string, upload: FunctionUpload, preconditions: Preconditions): Promise<PublishedVersion> {
    const before = this.options.configuration.functions.get(name) ?? null;
    checkPreconditions(preconditions, etagOf(before));
    const { config } = parseFunctionConfig(upload.settings, configFor(upload, before));
    const uploaded = await this.compile(upload, config.entry);
    return this.options.publisher.publish(name, uploaded, async (present) => {
      checkPreconditions(preconditions, etagOf(present));
      return this.planNext(present, upload.settings, configFor(upload, present));
    });
  }

  /** Changes settings and keeps the code: the next version has the same package. */
  async configure(name: string, settings: unknown, preconditions: Preconditions): Promise<PublishedVersion> {
    checkPreconditions(preconditions, etagOf(this.get(name)));
    const latest = latestOf(this.get(name));
    const { config } = parseFunctionConfig(settings, latest.config);
    if (config.entry !== latest.config.entry) {
      throw new SluiceError('VALIDATION_FAILED', 'The entry is part of the code: change it with an upload.', {
        details: [{ path: 'config.entry', message: 'can only be changed by an upload' }],
      });
    }
    const present = await this.options.revisions.loadPackage(name, latest.sha256);
    if (present === null) throw new Error(`the package ${latest.sha256} of ${name} is gone`);
    return this.options.publisher.publish(name, present, async (record) => {
      if (record === null) throw notFound(name);
      checkPreconditions(preconditions, etagOf(record));
      if (latestOf(record).sha256 !== latest.sha256) {
        throw new SluiceError('CONFLICT', `The code of "${name}" was changed at the same time; try again.`);
      }
      return this.planNext(record, settings, latestOf(record).config);
    });
  }

  /** Returns the configuration version. @throws SluiceError FUNCTION_IN_USE naming the routes · FUNCTION_NOT_FOUND */
  async delete(name: string, preconditions: Preconditions): Promise<number> {
    const { configuration, publisher } = this.options;
    for (;;) {
      const seenVersion = configuration.version;
      const present = this.get(name);
      checkPreconditions(preconditions, etagOf(present));
      this.refuseInUse(name);
      const version = await configuration.commit('function', name, present, null, seenVersion);
      if (version === null) continue;
      await publisher.drop(name, present.versions);
      return version;
    }
  }

  /** @throws SluiceError FUNCTION_NOT_FOUND */
  async source(name: string, qualifier: string): Promise<PackageSource> {
    const version = resolveVersion(this.get(name), qualifier);
    if (version === null) throw notFound(name, qualifier);
    const source = await this.options.revisions.loadSource(name, version.sha256);
    if (source === null) throw new Error(`the package ${version.sha256} of ${name} is gone`);
    return source;
  }

  private async compile(upload: FunctionUpload, entry: string | undefined): Promise<DeploymentPackage> {
    const compiled = await this.options.bundler.compile({
      files: upload.files,
      ...(entry === undefined ? {} : { entry }),
    });
    if (!compiled.ok) {
      const [first] = compiled.diagnostics;
      const where = first ? ` ${first.file}:${first.line}:${first.column}: ${first.message}` : '';
      throw new SluiceError('COMPILE_ERROR', `The source does not compile.${where}`, { details: compiled.diagnostics });
    }
    const { source, sourceType } = upload;
    return { code: compiled.code, sourceMap: compiled.sourceMap, source, sourceType };
  }

  private async planNext(
    present: FunctionRecord | null,
    settings: unknown,
    presentConfig: FunctionConfig,
  ): Promise<NextVersion> {
    const { config, environment } = parseFunctionConfig(settings, presentConfig);
    return { config, environment: environment ?? (await this.presentEnvironment(present)) };
  }

  private async presentEnvironment(present: FunctionRecord | null): Promise<FunctionEnvironment> {
    if (present === null) return {};
    const { revision, environmentNames } = latestOf(present);
    if (environmentNames.length === 0) return {};
    const environment = await this.options.revisions.loadEnvironment(present.name, revision);
    if (environment === null) throw new Error(`the revision ${revision} of ${present.name} is gone`);
    return environment;
  }

  private refuseInUse(name: string): void {
    const details = [...this.options.configuration.apis.values()].flatMap((api) =>
      functionUses(api)
        .filter(({ functionName }) => functionName === name)
        .map(({ place }) => ({ path: `apis/${api.name}`, message: `${place} uses the function` })),
    );
    if (details.length === 0) return;
    const routes = details.length === 1 ? 'A route uses' : `${details.length} routes use`;
    throw new SluiceError('FUNCTION_IN_USE', `${routes} "${name}"; change the API first.`, {
      details: details.slice(0, 100),
    });
  }
}

/** The tag of what is there: its latest revision. */
export function etagOf(record: FunctionRecord | null): string | null {
  return record === null ? null : latestOf(record).revision;
}

export function latestOf(record: FunctionRecord): FunctionVersion {
  const latest = record.versions.at(-1);
  if (latest === undefined) throw new Error(`the function ${record.name} has no version`);
  return latest;
}

export function notFound(name: string, qualifier?: string): SluiceError {
  const what =
    qualifier === undefined ? `function "${name}"` : `version or alias "${qualifier.slice(0, 128)}" of "${name}"`;
  return new SluiceError('FUNCTION_NOT_FOUND', `There is no ${what}.`);
}

/**
 * The settings an upload starts from. The present entry stays only while the upload has that file: an entry belongs to the code it
 * was sent with.
 */
function configFor(upload: FunctionUpload, present: FunctionRecord | null): FunctionConfig {
  if (present === null) return DEFAULT_FUNCTION_CONFIG;
  const { entry, ...config } = latestOf(present).config;
  return entry !== undefined && Object.hasOwn(upload.files, entry) ? { ...config, entry } : config;
}
