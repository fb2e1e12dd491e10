import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { waitFor } from '@sluice/testing';
import { EgressClient } from './egress-client';
import { EgressPolicy } from './egress-policy';
import { WebhookSender, type WebhookSenderOptions } from './webhook-sender';

interface Seen {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Answers with the statuses in turn, the last one for ever. A status of 0 leaves the request open. */
async function receiver(...statuses: number[]): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const status = statuses[Math.min(seen.length, statuses.length - 1)] ?? 200;
      seen.push({ headers: request.headers, body });
      if (status > 0) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, seen };
}

function sender(options: Partial<WebhookSenderOptions> = {}, allow = '127.0.0.1:*') {
  const lost: string[] = [];
  const egress = new EgressClient(EgressPolicy.parse(allow, ''));
  let ids = 0;
  const webhooks = new WebhookSender({
    egress,
    newDeliveryId: () => `d${++ids}`,
    nowEpochMs: () => 1_700_000_000_500,
    onLost: (message, { deliveryId }) => lost.push(`${deliveryId}: ${message}`),
    retryDelaysMs: [1, 1],
    ...options,
  });
  closers.push(
    () => egress.close(),
    () => webhooks.stop(),
  );
  return { webhooks, lost };
}

describe('webhooks', () => {
  it('arrive as JSON, signed so that the receiver can check who sent them and when', async () => {
    const { url, seen } = await receiver(200);
    const { webhooks } = sender();
    expect(webhooks.send({ url, secret: 'hush', payload: { plan: 'gold' } })).toBe(true);
    await waitFor(() => seen.length === 1);
    const expected = createHmac('sha256', 'hush').update('1700000000.{"plan":"gold"}').digest('hex');
    expect(seen[0]?.body).toBe('{"plan":"gold"}');
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-sluice-delivery': 'd1',
      'x-sluice-signature': `t=1700000000,v1=${expected}`,
    });
  });

  it('are tried again after a failure, under the same delivery id', async () => {
    const { url, seen } = await receiver(500, 429, 204);
    const { webhooks, lost } = sender();
    webhooks.send({ url, payload: {} });
    await waitFor(() => seen.length === 3);
    expect(seen.map(({ headers }) => headers['x-sluice-delivery'])).toEqual(['d1', 'd1', 'd1']);
    expect(lost).toEqual([]);
  });

  it('are given up after the last attempt, and that is told', async () => {
    const { url, seen } = await receiver(500);
    const { webhooks, lost } = sender();
    webhooks.send({ url, payload: {} });
    await waitFor(() => lost.length === 1);
    expect([seen.length, lost]).toEqual([3, ['d1: a webhook was given up']]);
  });

  it('are not tried again where the receiver refuses them or the operator does not allow the address', async () => {
    const { url, seen } = await receiver(410);
    const { webhooks, lost } = sender();
    webhooks.send({ url, payload: {} });
    await waitFor(() => lost.length === 1);
    expect([seen.length, lost]).toEqual([1, ['d1: a webhook was refused']]);

    const guarded = sender({}, '');
    guarded.webhooks.send({ url, payload: {} });
    await waitFor(() => guarded.lost.length === 1);
    expect([seen.length, guarded.lost]).toEqual([1, ['d1: a webhook may not be sent there']]);
  });

  it('wait in a queue of bounded length; what does not fit is told and not taken', async () => {
    const { url } = await receiver(0);
    const { webhooks, lost } = sender({ waitingMax: 2 });
    const taken = Array.from({ length: 12 }, () => webhooks.send({ url, payload: {} }));
    expect(taken.filter(Boolean)).toHaveLength(10); // eight under way, two waiting
    expect(lost).toEqual([
      'd11: a webhook was not taken: too many wait',
      'd12: a webhook was not taken: too many wait',
    ]);
  });
});
