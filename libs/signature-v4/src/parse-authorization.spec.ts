import { parseAuthorization } from './parse-authorization';

const signature = 'a'.repeat(64);
const credential = 'AKIDEXAMPLE/20150830/us-east-1/sluice/aws4_request';
const amzDate = '20150830T123600Z';

function headerForm(
  overrides: { signedHeaders?: string; credential?: string; signature?: string; rawHeaders?: string[] } = {},
) {
  const authorization = `AWS4-HMAC-SHA256 Credential=${overrides.credential ?? credential}, SignedHeaders=${
    overrides.signedHeaders ?? 'host;x-amz-date'
  }, Signature=${overrides.signature ?? signature}`;
  const rawHeaders = [
    'Host',
    'h',
    ...(overrides.rawHeaders ?? ['X-Amz-Date', amzDate]),
    'Authorization',
    authorization,
  ];
  return { method: 'GET', target: '/', rawHeaders };
}

function queryForm(overrides: Record<string, string> = {}, more = '', rawHeaders: string[] = []) {
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': credential,
    'X-Amz-Date': amzDate,
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': signature,
    ...overrides,
  });
  return { method: 'GET', target: `/?${query.toString()}${more}`, rawHeaders: ['Host', 'h', ...rawHeaders] };
}

test('the header form is read', () => {
  expect(parseAuthorization(headerForm())).toEqual({
    accessKeyId: 'AKIDEXAMPLE',
    scope: { date: '20150830', region: 'us-east-1', service: 'sluice' },
    signedHeaders: ['host', 'x-amz-date'],
    signature,
    amzDate,
    amzDateMs: Date.UTC(2015, 7, 30, 12, 36),
    presigned: false,
    expiresSeconds: null,
    contentSha256: null,
    hasSessionToken: false,
  });
});

test('the query form is read', () => {
  expect(parseAuthorization(queryForm({ 'x-amz-content-sha256': 'hash' }))).toMatchObject({
    accessKeyId: 'AKIDEXAMPLE',
    signedHeaders: ['host'],
    presigned: true,
    expiresSeconds: 60,
    contentSha256: 'hash',
  });
});

test('a request with no signature, or with another scheme, is not signed', () => {
  expect(parseAuthorization({ method: 'GET', target: '/?X-Amz-Date=1', rawHeaders: ['host', 'h'] })).toBeNull();
  expect(parseAuthorization({ method: 'GET', target: '/', rawHeaders: ['authorization', 'Basic x'] })).toBeNull();
});

test('a signed Date stands in for a missing x-amz-date', () => {
  const rawHeaders = ['Date', 'Sun, 30 Aug 2015 12:36:00 GMT'];
  expect(parseAuthorization(headerForm({ rawHeaders, signedHeaders: 'date;host' }))).toMatchObject({ amzDate });
  expect(() => parseAuthorization(headerForm({ rawHeaders, signedHeaders: 'host' }))).toThrow(
    expect.objectContaining({ kind: 'unsigned-header' }) as Error,
  );
});

test.each([
  ['malformed', 'no signing time', headerForm({ rawHeaders: [], signedHeaders: 'host' })],
  ['malformed', 'an impossible signing time', headerForm({ rawHeaders: ['x-amz-date', '20151330T123600Z'] })],
  ['malformed', 'two x-amz-date', headerForm({ rawHeaders: ['x-amz-date', amzDate, 'x-amz-date', amzDate] })],
  ['malformed', 'two Host', headerForm({ rawHeaders: ['x-amz-date', amzDate, 'host', 'other'] })],
  ['malformed', 'two Authorization', headerForm({ rawHeaders: ['x-amz-date', amzDate, 'authorization', 'Basic x'] })],
  ['malformed', 'a short credential', headerForm({ credential: 'AKID/20150830/us-east-1/aws4_request' })],
  ['malformed', 'a line break in the region', headerForm({ credential: 'A/20150830/us\neast/sluice/aws4_request' })],
  ['malformed', 'an upper-case signature', headerForm({ signature: 'A'.repeat(64) })],
  ['malformed', 'a short signature', headerForm({ signature: 'a'.repeat(63) })],
  ['malformed', 'unsorted SignedHeaders', headerForm({ signedHeaders: 'x-amz-date;host' })],
  ['malformed', 'repeated SignedHeaders', headerForm({ signedHeaders: 'host;host;x-amz-date' })],
  ['malformed', 'upper-case SignedHeaders', headerForm({ signedHeaders: 'Host;x-amz-date' })],
  ['wrong-scope', 'a scope of another day', headerForm({ credential: credential.replace('0830', '0829') })],
  ['unsigned-header', 'an unsigned host', headerForm({ signedHeaders: 'x-amz-date' })],
  [
    'unsigned-header',
    'an unsigned x-amz-* header',
    headerForm({ rawHeaders: ['x-amz-date', amzDate, 'X-Amz-Target', 'x'] }),
  ],
  ['unsigned-header', 'an unsigned x-amz-* header beside a presigned URL', queryForm({}, '', ['x-amz-target', 'x'])],
  ['malformed', 'a presigned URL that lives for no time', queryForm({ 'X-Amz-Expires': '0' })],
  ['malformed', 'a presigned URL that lives over a week', queryForm({ 'X-Amz-Expires': '604801' })],
  ['malformed', 'an X-Amz-Expires that is no whole number', queryForm({ 'X-Amz-Expires': '1e3' })],
  ['malformed', 'a repeated query parameter', queryForm({}, '&X-Amz-Date=20150830T123600Z')],
  ['malformed', 'a query parameter repeated in other spelling', queryForm({}, '&x%2Damz-expires=604800')],
  ['malformed', 'a presigned URL without its algorithm', queryForm({ 'X-Amz-Algorithm': '' })],
  ['malformed', 'a presigned URL with an Authorization header', queryForm({}, '', ['authorization', 'Basic x'])],
  ['malformed', 'only a signature in the query', { method: 'GET', target: '/?X-Amz-Signature=1', rawHeaders: [] }],
  ['malformed', 'an absolute-form target', { ...headerForm(), target: 'http://h/' }],
] as const)('%s: %s', (kind, _what, request) => {
  expect(() => parseAuthorization(request)).toThrow(expect.objectContaining({ name: 'SignatureError', kind }) as Error);
});
