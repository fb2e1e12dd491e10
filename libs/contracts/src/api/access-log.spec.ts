import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseInput } from '../parse-input';
import { ACCESS_LOG_VARIABLES, accessLogSettings } from './access-log';

const parse = (input: unknown): unknown => parseInput(accessLogSettings, input, 'The access log');

test.each([
  {},
  { format: 'clf', destination: 'stdout' },
  { format: '$context.requestId $context.authorizer.claims.sub $context.identity.clientCert.subjectDN' },
  { format: '{"id":"$context.extendedRequestId"}', destination: { url: 'https://logs.example.com/in' } },
])('%j is an access log', (settings) => {
  expect(() => parse(settings)).not.toThrow();
});

test.each([
  [{ format: '$context.status' }, 'must contain $context.requestId'],
  [{ format: '$context.requestId $context.statsu' }, '$context.statsu is not a variable of access logs'],
  [{ format: '$context.requestId\nforged' }, 'must be one line'],
  [{ format: '' }, 'format'],
  [{ format: 'clf', destination: '/etc/passwd' }, 'destination'],
  [{ format: 'clf', destination: { url: 'file:///etc/passwd' } }, 'must be an http or https URL'],
])('%j is refused: %s', (settings, message) => {
  expect(() => parse(settings)).toThrow(message);
});

test('docs/logs.md lists every variable that shows something, and no others', () => {
  const documented = readFileSync(join(__dirname, '../../../../docs/logs.md'), 'utf8');
  const [, section = ''] = documented.split('### Variables');
  const names = [...section.matchAll(/^\| `([\w.]+)`/gm)].map((match) => match[1]);
  expect(names.sort()).toEqual([...ACCESS_LOG_VARIABLES].sort());
});
