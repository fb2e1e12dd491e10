/** A function uploaded, routed, called and looked at through the published ports; and one that misbehaves. */
import assert from 'node:assert/strict';
import { expectStatus } from '../platform/control-plane-client.mjs';
import { eventually } from './eventually.mjs';

const hello = `export const handler = async (event: { pathParameters?: { name?: string } }) => {
  console.log('greeting', event.pathParameters?.name);
  return { message: 'Hello, ' + (event.pathParameters?.name ?? 'world') };
};`;
const slow = `export const handler = async () => {
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return { slow: true };
};`;
const endless = `export const handler = async () => { for (;;); };`;
const hungry = `export const handler = async () => { const kept = []; for (;;) kept.push(new Array(100_000).fill(Math.random())); };`;

/** @type {[string, (platform: any) => Promise<void>][]} */
export const requestChecks = [
  [
    'a function is uploaded, gets a route, and answers',
    async ({ controlPlane, publicUrl }) => {
      const upload = (name, source, config) => controlPlane.putFunction(name, source, config);
      expectStatus(await upload('smoke-hello', hello), 'the upload', 200, 201);
      expectStatus(await upload('smoke-slow', slow, { timeoutMs: 10_000 }), 'the upload', 200, 201);
      expectStatus(await upload('smoke-endless', endless, { timeoutMs: 500 }), 'the upload', 200, 201);
      expectStatus(await upload('smoke-hungry', hungry, { memoryMb: 64, timeoutMs: 10_000 }), 'the upload', 200, 201);
      const route = (key, name) => ({ route: key, integration: { type: 'function', function: name } });
      const routes = [
        route('GET /hello/{name}', 'smoke-hello'),
        route('GET /slow', 'smoke-slow'),
        route('GET /endless', 'smoke-endless'),
        route('GET /hungry', 'smoke-hungry'),
      ];
      const api = expectStatus(await controlPlane.putApi('smoke', { routes }), 'the API', 200, 201);
      assert.equal(api.body.url, `${publicUrl}/smoke`);
      assert.deepEqual(await (await fetch(`${api.body.url}/hello/Ada`)).json(), { message: 'Hello, Ada' });
    },
  ],
  [
    'its log has START, what it said, END and REPORT',
    async ({ controlPlane }) => {
      await eventually(async () => {
        const text = expectStatus(await controlPlane.functionLogs('smoke-hello'), 'the log', 200).text;
        for (const part of ['START RequestId', 'greeting Ada', 'END RequestId', 'REPORT RequestId']) {
          assert.ok(text.includes(part), `${part} is not in ${text}`);
        }
      }, 5_000);
    },
  ],
  [
    'a function that never ends is answered in time, one that eats memory too, and others go on',
    async ({ publicUrl }) => {
      assert.equal((await fetch(`${publicUrl}/smoke/endless`)).headers.get('x-sluice-reason'), 'Sandbox.Timedout');
      assert.equal((await fetch(`${publicUrl}/smoke/hungry`)).headers.get('x-sluice-reason'), 'Runtime.OutOfMemory');
      assert.equal((await fetch(`${publicUrl}/smoke/hello/Bob`)).status, 200);
    },
  ],
  [
    'the control plane wants a key',
    async ({ adminUrl }) => {
      assert.equal((await fetch(`${adminUrl}/v1/functions`)).status, 401);
    },
  ],
];
