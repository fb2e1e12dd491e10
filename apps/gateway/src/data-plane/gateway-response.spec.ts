import { OUTCOME, SluiceError } from '@sluice/contracts';
import { FunctionFailure } from './function-failure';
import { gatewayResponse } from './gateway-response';

const failure = (outcome: Parameters<typeof FunctionFailure.of>[0]) =>
  FunctionFailure.of(outcome, '{"errorType":"Some.Type","errorMessage":"x"}');

describe('errors the gateway answers', () => {
  it.each([
    [
      'an unknown route',
      new SluiceError('ROUTE_NOT_FOUND', 'x'),
      [403, 'Missing Authentication Token'],
      [404, 'Not Found'],
      [404, 'Not Found'],
    ],
    [
      'a head that is too large',
      new SluiceError('HEADERS_TOO_LARGE', ''),
      [431, 'Request Header Fields Too Large'],
      [431, 'Request Header Fields Too Large'],
      [431, 'Request Header Fields Too Large'],
    ],
    [
      'a function that threw',
      failure(OUTCOME.functionError),
      [502, 'Internal server error'],
      [500, 'Internal Server Error'],
      [502, 'Internal Server Error'],
    ],
    [
      'a malformed answer',
      failure(OUTCOME.responseMalformed),
      [502, 'Internal server error'],
      [500, 'Internal Server Error'],
      [502, 'Internal Server Error'],
    ],
    [
      'out of memory',
      failure(OUTCOME.outOfMemory),
      [502, 'Internal server error'],
      [500, 'Internal Server Error'],
      [502, 'Internal Server Error'],
    ],
    [
      'an answer too large',
      failure(OUTCOME.responseTooLarge),
      [502, 'Internal server error'],
      [500, 'Internal Server Error'],
      [502, 'Internal Server Error'],
    ],
    [
      'a timeout',
      failure(OUTCOME.timeout),
      [504, 'Endpoint request timed out'],
      [503, 'Service Unavailable'],
      [504, 'Gateway Timeout'],
    ],
    [
      'a CPU timeout',
      failure(OUTCOME.cpuTimeout),
      [504, 'Endpoint request timed out'],
      [503, 'Service Unavailable'],
      [504, 'Gateway Timeout'],
    ],
    [
      'a lost host',
      failure(OUTCOME.hostLost),
      [502, 'Internal server error'],
      [502, 'Internal Server Error'],
      [502, 'Internal Server Error'],
    ],
    [
      'a lost runner',
      new SluiceError('HOST_LOST', 'x'),
      [502, 'Internal server error'],
      [502, 'Internal Server Error'],
      [502, 'Internal Server Error'],
    ],
    [
      'no runner',
      new SluiceError('NOT_ACCEPTED', 'x'),
      [503, 'Service Unavailable'],
      [503, 'Service Unavailable'],
      [503, 'Service Unavailable'],
    ],
    [
      'an open circuit',
      failure(OUTCOME.circuitOpen),
      [503, 'Service Unavailable'],
      [503, 'Service Unavailable'],
      [503, 'Service Unavailable'],
    ],
    [
      'a body too large',
      new SluiceError('PAYLOAD_TOO_LARGE', 'x'),
      [413, 'Request Too Long'],
      [413, 'Request Entity Too Large'],
      [413, 'Request Entity Too Large'],
    ],
    [
      'a fault of ours',
      new TypeError('secret'),
      [500, 'Internal server error'],
      [500, 'Internal Server Error'],
      [500, 'Internal Server Error'],
    ],
  ])('%s: status and body by style', (_name, error, rest, http, url) => {
    for (const [style, [status, message], field] of [
      ['rest', rest, 'message'],
      ['http', http, 'message'],
      ['function-url', url, 'Message'],
    ] as const) {
      const answer = gatewayResponse(error, style);
      expect({ style, status: answer.status, body: JSON.parse(answer.body) as unknown }).toEqual({
        style,
        status,
        body: { [field]: message },
      });
    }
  });

  it('say how long to wait where waiting may help', () => {
    const { headers } = gatewayResponse(failure(OUTCOME.circuitOpen), 'http');
    expect(headers[headers.indexOf('retry-after') + 1]).toBe('60');
  });

  it('name the function error type, cleaned of what could break a header', () => {
    const error = FunctionFailure.of(
      OUTCOME.functionError,
      JSON.stringify({ errorType: `Evil\r\nset-cookie: x\u001b[2J${'y'.repeat(500)}` }),
    );
    const { headers } = gatewayResponse(error, 'rest');
    const reason = headers[headers.indexOf('x-sluice-reason') + 1];
    expect(reason).toMatch(/^Evil\?\?set-cookie: x\?\[2Jy+$/);
    expect(reason).toHaveLength(200);
  });

  it('never carry the text of an error nobody foresaw', () => {
    expect(JSON.stringify(gatewayResponse(new Error('password=hunter2'), 'rest'))).not.toContain('hunter2');
  });
});
