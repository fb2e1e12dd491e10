import { type CorsSettings } from '@sluice/contracts';
import { CorsRules, withoutCors } from './cors-rules';

const rules = (settings: Partial<CorsSettings>): CorsRules =>
  new CorsRules({
    allowOrigins: ['*'],
    allowMethods: [],
    allowHeaders: [],
    exposeHeaders: [],
    allowCredentials: false,
    ...settings,
  });
const asObject = (pairs: readonly string[]): Record<string, string> =>
  Object.fromEntries(pairs.flatMap((name, index) => (index % 2 === 0 ? [[name, pairs[index + 1] ?? '']] : [])));

describe('an origin', () => {
  it.each([
    [['https://a.example'], 'https://a.example', true],
    [['https://a.example'], 'http://a.example', false],
    [['https://a.example'], 'https://a.example.evil.example', false],
    [['https://a.example'], 'https://a.example:8443', false],
    [['https://*.example.com'], 'https://a.example.com', true],
    [['https://*.example.com'], 'https://a.b.example.com', true],
    [['https://*.example.com'], 'https://example.com', false],
    [['https://*.example.com'], 'https://evilexample.com', false],
    [['https://*.example.com'], 'https://evil.com/.example.com', false],
    [['https://*.example.com'], 'https://evil.com:1.example.com', false],
    [['https://*.example.com:8443'], 'https://a.example.com:8443', true],
    [['https://*.example.com:8443'], 'https://a.example.com', false],
    [['https://*'], 'https://anything.example', true],
    [['https://*'], 'http://anything.example', false],
    [['https://a.example', 'http://localhost:5173'], 'http://localhost:5173', true],
    [['https://a.example'], 'null', false],
  ])('%j lets %s in: %p', (allowOrigins, origin, allowed) => {
    const headers = asObject(rules({ allowOrigins, allowCredentials: true }).answerHeaders(origin));
    expect(headers).toEqual(
      allowed
        ? { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', vary: 'origin' }
        : { vary: 'origin' },
    );
  });

  it('does not matter where all may come, so nothing varies by it', () => {
    const any = rules({ exposeHeaders: ['x-a', 'x-b'] });
    const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'x-a,x-b' };
    expect(asObject(any.answerHeaders('https://a.example'))).toEqual(headers);
    expect(asObject(any.answerHeaders(undefined))).toEqual(headers);
  });
});

describe('a preflight', () => {
  const preflight = { origin: 'https://a.example', method: 'PUT', headers: 'authorization, x-mine' };

  it('gets what the settings allow', () => {
    const settings = {
      allowOrigins: ['https://a.example'],
      allowMethods: ['GET', 'PUT'],
      allowHeaders: ['x-mine'],
      maxAgeSeconds: -1,
      allowCredentials: true,
    };
    expect(asObject(rules(settings).preflightHeaders(preflight))).toEqual({
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-methods': 'GET,PUT',
      'access-control-allow-headers': 'x-mine',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '-1',
      vary: 'origin, access-control-request-method, access-control-request-headers',
    });
  });

  it('gets what it asks for named where everything is allowed, as "*" does not cover Authorization', () => {
    const headers = asObject(rules({ allowMethods: ['*'], allowHeaders: ['*'] }).preflightHeaders(preflight));
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'authorization, x-mine',
    });
  });

  it('gets nothing back that is no list of names', () => {
    const open = rules({ allowMethods: ['*'], allowHeaders: ['*'] });
    const headers = asObject(open.preflightHeaders({ origin: 'x', method: 'P<script>', headers: 'a\u0080b, c' }));
    expect(headers).not.toHaveProperty('access-control-allow-methods');
    expect(headers).not.toHaveProperty('access-control-allow-headers');
  });

  it('of a site that may not call says nothing', () => {
    const closed = rules({ allowOrigins: ['https://b.example'], allowMethods: ['PUT'] });
    expect(Object.keys(asObject(closed.preflightHeaders(preflight)))).toEqual(['vary']);
  });
});

it('what an integration says about CORS is dropped, and nothing else', () => {
  const headers = ['x-a', '1', 'Access-Control-Allow-Origin', '*', 'vary', 'origin', 'access-control-max-age', '1'];
  expect(withoutCors(headers)).toEqual(['x-a', '1', 'vary', 'origin']);
  expect(withoutCors(['x-a', '1'])).toEqual(['x-a', '1']);
});
