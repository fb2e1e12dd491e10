import {
  domainName,
  domainSettings,
  LIMITS,
  parseInput,
  SluiceError,
  type DomainCertificate,
  type DomainRecord,
  type DomainSettings,
  type ErrorDetail,
} from '@sluice/contracts';
import { type MasterKey } from '@sluice/config';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { certificateProblem, type CertificatePair } from '../../data-plane/tls/certificate';
import { keyAad, readPair } from '../../data-plane/tls/certificate-store';
import { checkPreconditions, type Preconditions } from '../http/preconditions';
import { recordTag } from '../record-tag';

/** The rules of custom domains: every base path leads to a stage that is there, and a certificate is one for the domain. */
export class DomainService {
  constructor(
    private readonly options: {
      readonly configuration: ConfigurationStore;
      readonly masterKey: MasterKey;
      readonly nowMs: () => number;
    },
  ) {}

  /** @throws SluiceError DOMAIN_NOT_FOUND */
  get(name: string): DomainRecord {
    const record = this.options.configuration.records('domain').get(name);
    if (record === undefined)
      throw new SluiceError('DOMAIN_NOT_FOUND', `There is no custom domain "${name.slice(0, 253)}".`);
    return record;
  }

  /** @throws SluiceError VALIDATION_FAILED · PRECONDITION_FAILED */
  async put(
    name: string,
    input: unknown,
    preconditions: Preconditions,
  ): Promise<{ record: DomainRecord; created: boolean; configurationVersion: number }> {
    const { configuration, nowMs } = this.options;
    parseInput(domainName, name, 'The domain name', () => 'domain');
    const settings = parseInput(domainSettings, input, 'The domain');
    const certificate = this.certificate(name, settings.certificate);
    for (;;) {
      const seenVersion = configuration.version;
      const domains = configuration.records('domain');
      const present = domains.get(name) ?? null;
      checkPreconditions(preconditions, present === null ? null : recordTag(present));
      if (present === null && domains.size >= LIMITS.domainsMax)
        throw invalid([{ path: 'domain', message: `would be one over ${LIMITS.domainsMax}` }]);
      this.checkMappings(settings);
      const at = new Date(nowMs()).toISOString();
      const record: DomainRecord = {
        schema: 1,
        name,
        mappings: settings.mappings,
        ...(certificate === null ? {} : { certificate }),
        createdAt: present?.createdAt ?? at,
        updatedAt: at,
      };
      const version = await configuration.commit('domain', name, present, record, seenVersion);
      if (version !== null) return { record, created: present === null, configurationVersion: version };
    }
  }

  /** Returns the configuration version. @throws SluiceError DOMAIN_NOT_FOUND · PRECONDITION_FAILED */
  async delete(name: string, preconditions: Preconditions): Promise<number> {
    for (;;) {
      const present = this.get(name);
      checkPreconditions(preconditions, recordTag(present));
      const version = await this.options.configuration.commit('domain', name, present, null);
      if (version !== null) return version;
    }
  }

  private certificate(name: string, given: DomainSettings['certificate']): DomainCertificate | null {
    if (given === undefined) return null;
    const pair = 'certFile' in given ? pairOf(given) : given;
    const problem = certificateProblem(pair, name, this.options.nowMs());
    if (problem !== null) throw invalid([{ path: 'certificate', message: problem }]);
    if ('certFile' in given) return given;
    return { cert: given.cert, encryptedKey: this.options.masterKey.encrypt(given.key, keyAad(name)) };
  }

  private checkMappings({ mappings }: DomainSettings): void {
    const { apis } = this.options.configuration;
    const details = mappings.flatMap(({ api, stage }, index): ErrorDetail[] => {
      const record = apis.get(api);
      if (record === undefined) return [{ path: `mappings[${index}].api`, message: `there is no API "${api}"` }];
      if (Object.hasOwn(record.stages, stage)) return [];
      return [{ path: `mappings[${index}].stage`, message: `the API "${api}" has no stage "${stage}"` }];
    });
    if (details.length > 0) throw invalid(details);
  }
}

function pairOf(files: { certFile: string; keyFile: string }): CertificatePair {
  try {
    return readPair(files);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    throw invalid([
      { path: 'certificate', message: `this gateway cannot read ${path ?? 'a file'} (${code ?? 'unknown'})` },
    ]);
  }
}

function invalid(details: readonly ErrorDetail[]): SluiceError {
  const [first] = details;
  const summary = first !== undefined && 'path' in first ? `${first.path}: ${first.message}` : '';
  return new SluiceError('VALIDATION_FAILED', `The domain is not valid: ${summary}.`, { details });
}
