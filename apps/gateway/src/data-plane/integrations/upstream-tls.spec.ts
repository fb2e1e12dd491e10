import { once } from 'node:events';
import https from 'node:https';
import { type AddressInfo } from 'node:net';
import { type TLSSocket } from 'node:tls';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { selfSignedCertificate } from '../../self-signed-certificate.fixture';
import { startTestGateway, type Answer, type TestGateway } from '../../test-gateway.fixture';

const NAME = 'upstream.test';
const { cert, key } = selfSignedCertificate(NAME);

let redis: TestRedis;
let gateway: TestGateway;
let upstream: https.Server;
let asked = 0;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis, { SLUICE_EGRESS_ALLOW: '127.0.0.1:*' });
  upstream = https.createServer(
    { cert, key, ca: cert, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      asked++;
      response.end(String((request.socket as TLSSocket).authorized));
    },
  );
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
});

afterAll(async () => {
  await gateway.stop();
  upstream.closeAllConnections();
  upstream.close();
  await redis.stop();
});

function put(tls: object | undefined): Promise<Answer> {
  const url = `https://127.0.0.1:${(upstream.address() as AddressInfo).port}/`;
  const integration = { type: 'http-proxy', url, retries: 0, ...(tls === undefined ? {} : { tls }) };
  return gateway.request('PUT', '/v1/apis/secure', { json: { routes: [{ route: 'GET /', integration }] } });
}

const call = (): Promise<Response> => fetch(`${gateway.publicUrl}/secure/`);

describe('an upstream over TLS', () => {
  it('must have a certificate that is trusted, for its name', async () => {
    for (const tls of [undefined, { serverName: NAME }, { ca: cert, serverName: 'other.test' }]) {
      await put(tls);
      const answer = await call();
      expect({ status: answer.status, code: answer.headers.get('x-sluice-error') }).toEqual({
        status: 504,
        code: 'INTEGRATION_FAILURE',
      });
    }
    expect(asked).toBe(0);
    await put({ ca: cert, serverName: NAME });
    expect(await (await call()).text()).toBe('false');
  });

  it('gets the certificate of the gateway where the route has one', async () => {
    await put({ ca: cert, serverName: NAME, cert, key });
    expect(await (await call()).text()).toBe('true');
  });

  it('has a key that nobody is shown, and that survives sending back what was shown', async () => {
    await put({ ca: cert, serverName: NAME, cert, key });
    const shown = await gateway.request('GET', '/v1/apis/secure');
    expect(shown.text).not.toContain('PRIVATE KEY');
    const { routes } = JSON.parse(shown.text) as { routes: object[] };
    expect((await gateway.request('PUT', '/v1/apis/secure', { json: { routes } })).status).toBe(200);
    expect(await (await call()).text()).toBe('true');
  });

  it.each([
    ['a certificate without its key', { cert }],
    ['an authority that is no certificate', { ca: 'nonsense' }],
    ['a key that is none', { cert, key: 'nonsense' }],
    ['an encrypted key that was encrypted elsewhere', { cert, key: 'v1.a.b.c' }],
  ])('with %s is refused', async (_what, tls) => {
    const refused = await put(tls);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('routes[0] (GET /).integration.tls');
  });
});
