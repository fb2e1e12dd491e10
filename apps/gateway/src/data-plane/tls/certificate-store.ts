import { readFileSync, statSync } from 'node:fs';
import { type SecureContext } from 'node:tls';
import { type MasterKey } from '@sluice/config';
import { type DomainCertificate, type DomainRecord } from '@sluice/contracts';
import { type ConfigurationChange, type ConfigurationStore } from '../../configuration/configuration-store';
import { type CertificatePair, secureContext } from './certificate';

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface CertificateStoreOptions {
  readonly configuration: ConfigurationStore;
  readonly masterKey: MasterKey;
  /** For clients that name no domain, or one without a certificate. */
  readonly byDefault: CertificateFiles | null;
  readonly onProblem: (message: string, details: Readonly<Record<string, string>>) => void;
  readonly reloadIntervalMs?: number;
}

interface Loaded {
  readonly certificate: DomainCertificate;
  /** Modification times and sizes of the files, '' for texts. */
  state: string;
  context: SecureContext | null;
}

/**
 * Certificates of custom domains, ready for handshakes. Files are looked at every few seconds and loaded when they changed; a pair that
 * does not load is reported, and the last one that did goes on serving.
 */
export class CertificateStore {
  private readonly loaded = new Map<string, Loaded>();
  private timer: NodeJS.Timeout | null = null;
  private stopListening: (() => void) | null = null;
  private defaultChanged: (context: CertificatePair) => void = () => undefined;

  constructor(private readonly options: CertificateStoreOptions) {}

  /** `onDefault` is given the default pair now and whenever it changes. */
  start(onDefault: (pair: CertificatePair) => void): void {
    const { configuration, byDefault, reloadIntervalMs = RELOAD_INTERVAL_MS } = this.options;
    this.defaultChanged = onDefault;
    if (byDefault !== null) this.load(DEFAULT, { certificate: byDefault, state: '', context: null });
    this.apply({ kind: 'all', name: null });
    this.stopListening = configuration.onChange((change) => this.apply(change));
    this.timer = setInterval(() => this.reload(), reloadIntervalMs);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.stopListening?.();
  }

  /** The context for the name a client asks for: its own, its wildcard's, the default one; null = there is none. */
  contextFor(serverName: string): SecureContext | null {
    const name = serverName.toLowerCase();
    const dot = name.indexOf('.');
    return (
      this.loaded.get(name)?.context ??
      (dot < 0 ? undefined : this.loaded.get(`*${name.slice(dot)}`)?.context) ??
      this.loaded.get(DEFAULT)?.context ??
      null
    );
  }

  private apply({ kind, name }: ConfigurationChange): void {
    if (kind !== 'all' && kind !== 'domain') return;
    const domains = this.options.configuration.records('domain');
    const present = [...this.loaded.keys()].filter((loaded) => loaded !== DEFAULT);
    for (const one of kind === 'domain' ? [name] : new Set([...present, ...domains.keys()])) {
      this.applyDomain(one, domains.get(one));
    }
  }

  private applyDomain(name: string, record: DomainRecord | undefined): void {
    const certificate = record?.certificate;
    if (certificate === undefined) return void this.loaded.delete(name);
    const present = this.loaded.get(name);
    if (present !== undefined && JSON.stringify(present.certificate) === JSON.stringify(certificate)) return;
    this.load(name, { certificate, state: '', context: present?.context ?? null });
  }

  private reload(): void {
    for (const [name, loaded] of this.loaded) {
      if ('certFile' in loaded.certificate && stateOf(loaded.certificate) !== loaded.state) this.load(name, loaded);
    }
  }

  private load(name: string, loaded: Loaded): void {
    this.loaded.set(name, loaded);
    const { certificate } = loaded;
    if ('certFile' in certificate) loaded.state = stateOf(certificate);
    try {
      const pair = this.read(name, certificate);
      loaded.context = secureContext(pair);
      if (name === DEFAULT) this.defaultChanged(pair);
    } catch (error) {
      const { message } = error as Error;
      this.options.onProblem('a certificate cannot be loaded', {
        domain: name === DEFAULT ? 'default' : name,
        reason: message,
      });
    }
  }

  private read(name: string, certificate: DomainCertificate): CertificatePair {
    if ('certFile' in certificate) return readPair(certificate);
    return { cert: certificate.cert, key: this.options.masterKey.decrypt(certificate.encryptedKey, keyAad(name)) };
  }
}

/** @throws Error naming the file that cannot be read */
export function readPair({ certFile, keyFile }: CertificateFiles): CertificatePair {
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

/** Binds an encrypted key to its domain: copied to another one it does not decrypt. */
export function keyAad(domain: string): string {
  return `domain/${domain}/key`;
}

/** No domain has this name. */
const DEFAULT = '';
const RELOAD_INTERVAL_MS = 2_000;

function stateOf({ certFile, keyFile }: CertificateFiles): string {
  return [certFile, keyFile]
    .map((file) => {
      const state = statSync(file, { throwIfNoEntry: false });
      return state === undefined ? 'absent' : `${state.mtimeMs}:${state.size}`;
    })
    .join(' ');
}
