import { type CallOptions } from './index';

/** What a caller must get: status, body and error type of AWS's, the code and a reason of ours. */
export interface Expected {
  readonly status: number;
  readonly body: string;
  /** Only REST APIs say it. */
  readonly errorType?: string;
  readonly code: string;
  readonly headers?: Readonly<Record<string, unknown>>;
}

export const message = (text: string): string => JSON.stringify({ message: text });
export const forbidden = message('Forbidden');
export const restServerError = message('Internal server error');
export const httpServerError = message('Internal Server Error');

/** Situations that one request brings about; what differs between the two kinds of API stands in `rest` and `http`. */
export const FAILURES: readonly {
  readonly situation: string;
  readonly path: string;
  readonly options?: CallOptions;
  readonly rest: Expected;
  readonly http: Omit<Expected, 'code'>;
}[] = [
  {
    situation: 'no route has the path',
    path: '/nothing',
    rest: {
      status: 403,
      body: message('Missing Authentication Token'),
      errorType: 'MissingAuthenticationTokenException',
      code: 'ROUTE_NOT_FOUND',
    },
    http: { status: 404, body: message('Not Found') },
  },
  {
    situation: 'the route does not have the method',
    path: '/function',
    options: { method: 'DELETE' },
    rest: {
      status: 403,
      body: message('Missing Authentication Token'),
      errorType: 'MissingAuthenticationTokenException',
      code: 'ROUTE_NOT_FOUND',
    },
    http: { status: 404, body: message('Not Found') },
  },
  {
    situation: 'a signature is needed and there is none',
    path: '/signed',
    rest: {
      status: 403,
      body: message('Missing Authentication Token'),
      errorType: 'MissingAuthenticationTokenException',
      code: 'MISSING_AUTHENTICATION_TOKEN',
    },
    http: { status: 403, body: forbidden },
  },
  {
    situation: 'there is nothing for the authorizer to look at',
    path: '/gated/a',
    rest: { status: 401, body: message('Unauthorized'), errorType: 'UnauthorizedException', code: 'UNAUTHORIZED' },
    http: { status: 401, body: message('Unauthorized') },
  },
  {
    situation: 'the authorizer does not know who it is',
    path: '/gated/a',
    options: { headers: { 'x-who': 'unauthorized' } },
    rest: { status: 401, body: message('Unauthorized'), errorType: 'UnauthorizedException', code: 'UNAUTHORIZED' },
    http: { status: 401, body: message('Unauthorized') },
  },
  {
    situation: 'the authorizer does not allow it',
    path: '/gated/a',
    options: { headers: { 'x-who': 'elsewhere' } },
    rest: {
      status: 403,
      body: '{"Message":"User is not authorized to access this resource"}',
      errorType: 'AccessDeniedException',
      code: 'AUTHORIZER_DENIED',
    },
    http: { status: 403, body: forbidden },
  },
  {
    situation: 'the authorizer denies it',
    path: '/gated/a',
    options: { headers: { 'x-who': 'banned' } },
    rest: {
      status: 403,
      body: '{"Message":"User is not authorized to access this resource with an explicit deny"}',
      errorType: 'AccessDeniedException',
      code: 'AUTHORIZER_DENIED',
    },
    http: { status: 403, body: forbidden },
  },
  {
    situation: 'the authorizer throws',
    path: '/gated/a',
    options: { headers: { 'x-who': 'broken' } },
    rest: { status: 500, body: restServerError, errorType: 'AuthorizerFailureException', code: 'AUTHORIZER_FAILURE' },
    http: { status: 500, body: httpServerError },
  },
  {
    situation: 'the authorizer answers something that is no decision',
    path: '/gated/a',
    options: { headers: { 'x-who': 'malformed' } },
    rest: {
      status: 500,
      body: restServerError,
      errorType: 'AuthorizerConfigurationException',
      code: 'AUTHORIZER_CONFIGURATION_ERROR',
    },
    http: { status: 500, body: httpServerError },
  },
  {
    situation: 'the resource is longer than a policy can name',
    path: `/gated/${'a'.repeat(1_700)}`,
    options: { headers: { 'x-who': 'friend' } },
    rest: {
      status: 414,
      body: message('Request URI too long'),
      errorType: 'RequestTooLongException',
      code: 'REQUEST_URI_TOO_LONG',
    },
    http: { status: 414, body: message('Request URI too long') },
  },
  {
    situation: 'an API key is needed and there is none',
    path: '/keyed',
    rest: { status: 403, body: forbidden, errorType: 'ForbiddenException', code: 'INVALID_API_KEY' },
    http: { status: 403, body: forbidden },
  },
  {
    situation: 'the API key is none of ours',
    path: '/keyed',
    options: { headers: { 'x-api-key': 'abcdefghijklmnopqrstuvwxyz' } },
    rest: { status: 403, body: forbidden, errorType: 'ForbiddenException', code: 'INVALID_API_KEY' },
    http: { status: 403, body: forbidden },
  },
  {
    situation: 'a required parameter is missing',
    path: '/checked',
    options: { method: 'POST', body: '{"name":"a"}', headers: { 'content-type': 'application/json' } },
    rest: {
      status: 400,
      body: '{"message":"Missing required request parameters: [q1]","errors":[{"path":"query.q1","message":"is required and must not be blank"}]}',
      errorType: 'BadRequestException',
      code: 'BAD_REQUEST_PARAMETERS',
    },
    http: {
      status: 400,
      body: '{"message":"Missing required request parameters: [q1]","errors":[{"path":"query.q1","message":"is required and must not be blank"}]}',
    },
  },
  {
    situation: 'the body is not as its schema says',
    path: '/checked?q1=a',
    options: { method: 'POST', body: '{"name":7}', headers: { 'content-type': 'application/json' } },
    rest: {
      status: 400,
      body: '{"message":"Invalid request body","errors":[{"path":"name","message":"must be string"}]}',
      errorType: 'BadRequestException',
      code: 'BAD_REQUEST_BODY',
    },
    http: {
      status: 400,
      body: '{"message":"Invalid request body","errors":[{"path":"name","message":"must be string"}]}',
    },
  },
  {
    situation: 'the body is of a type the route does not take',
    path: '/checked?q1=a',
    options: { method: 'POST', body: '<a/>', headers: { 'content-type': 'application/xml' } },
    rest: {
      status: 415,
      body: message('Unsupported Media Type'),
      errorType: 'BadRequestException',
      code: 'UNSUPPORTED_MEDIA_TYPE',
    },
    http: { status: 415, body: message('Unsupported Media Type') },
  },
  {
    situation: 'the function throws',
    path: '/function?how=throw',
    rest: { status: 502, body: restServerError, errorType: 'InternalServerErrorException', code: 'FUNCTION_ERROR' },
    http: { status: 500, body: httpServerError },
  },
  {
    situation: 'the function answers what is no response',
    path: '/function?how=malformed',
    rest: {
      status: 502,
      body: restServerError,
      errorType: 'InternalServerErrorException',
      code: 'RESPONSE_MALFORMED',
    },
    http: { status: 500, body: httpServerError },
  },
  {
    situation: 'the function takes too long',
    path: '/function?how=hang',
    rest: {
      status: 504,
      body: message('Endpoint request timed out'),
      errorType: 'InternalServerErrorException',
      code: 'FUNCTION_TIMEOUT',
    },
    http: { status: 503, body: message('Service Unavailable') },
  },
  {
    situation: 'the stage does not set a variable of the route',
    path: '/unset',
    rest: {
      status: 500,
      body: restServerError,
      errorType: 'ApiConfigurationException',
      code: 'API_CONFIGURATION_ERROR',
    },
    http: { status: 500, body: httpServerError },
  },
  {
    situation: 'the gateway may not connect to the upstream',
    path: '/forbidden',
    rest: {
      status: 500,
      body: restServerError,
      errorType: 'ApiConfigurationException',
      code: 'API_CONFIGURATION_ERROR',
    },
    http: { status: 500, body: httpServerError },
  },
  {
    situation: 'the upstream cannot be reached',
    path: '/down',
    rest: {
      status: 504,
      body: message('Network error communicating with endpoint'),
      errorType: 'IntegrationFailureException',
      code: 'INTEGRATION_FAILURE',
    },
    http: { status: 504, body: message('Network error communicating with endpoint') },
  },
  {
    situation: 'the upstream does not answer in time',
    path: '/silent',
    rest: {
      status: 504,
      body: message('Endpoint request timed out'),
      errorType: 'InternalServerErrorException',
      code: 'INTEGRATION_TIMEOUT',
    },
    http: { status: 503, body: message('Service Unavailable') },
  },
];
