import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MasterKey } from '@sluice/config';
import { type DomainRecord } from '@sluice/contracts';
import { waitFor } from '@sluice/testing';
import { type ConfigurationChange, type ConfigurationStore } from '../../configuration/configuration-store';
import { selfSignedCertificate } from '../../self-signed-certificate.fixture';
import { CertificateStore } from './certificate-store';

const directory = mkdtempSync(join(tmpdir(), 'sluice-certificates-'));
const files = { certFile: join(directory, 'cert.pem'), keyFile: join(directory, 'key.pem') };
const problems: Readonly<Record<string, string>>[] = [];
const domains = new Map<string, DomainRecord>();
let changed: (change: ConfigurationChange) => void = () => undefined;
let store: CertificateStore;

function write({ cert, key }: { cert: string; key: string }): void {
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key);
}

beforeEach(() => {
  problems.length = 0;
  domains.clear();
  write(selfSignedCertificate('files.example.com'));
  store = new CertificateStore({
    // The two things of a configuration that certificates need.
    configuration: {
      records: () => domains,
      onChange: (listener: typeof changed) => {
        changed = listener;
        return () => undefined;
      },
    } as unknown as ConfigurationStore,
    masterKey: new MasterKey(Buffer.alloc(32, 1)),
    byDefault: files,
    onProblem: (_message, details) => problems.push(details),
    reloadIntervalMs: 10,
  });
});
afterEach(() => store.stop());
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('the default pair is handed on when it changes, and a broken one is reported and changes nothing', async () => {
  const handedOn: string[] = [];
  store.start(({ cert }) => handedOn.push(cert));
  const first = store.contextFor('any.example.org');
  expect(first).not.toBeNull();
  writeFileSync(files.certFile, 'broken');
  await waitFor(() => problems.length > 0);
  expect(problems[0]).toMatchObject({ domain: 'default' });
  expect(store.contextFor('any.example.org')).toBe(first);
  const second = selfSignedCertificate('files.example.com');
  write(second);
  await waitFor(() => handedOn.at(-1) === second.cert && store.contextFor('any.example.org') !== first);
});

test('a domain with files that are not there is reported by name, and gets its certificate when they come', async () => {
  store.start(() => undefined);
  const absent = { certFile: join(directory, 'late.pem'), keyFile: join(directory, 'late-key.pem') };
  domains.set('late.example.com', {
    schema: 1,
    name: 'late.example.com',
    mappings: [],
    certificate: absent,
    createdAt: '',
    updatedAt: '',
  });
  changed({ kind: 'domain', name: 'late.example.com' });
  expect(problems).toMatchObject([
    { domain: 'late.example.com', reason: expect.stringContaining('late.pem') as string },
  ]);
  const byDefault = store.contextFor('late.example.com');
  const { cert, key } = selfSignedCertificate('late.example.com');
  writeFileSync(absent.keyFile, key);
  writeFileSync(absent.certFile, cert);
  await waitFor(() => store.contextFor('LATE.example.com') !== byDefault);
});
