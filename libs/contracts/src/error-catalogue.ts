/**
 * Every error code a caller can see, once. `docs/errors.md` has a section per code and a test holds both together.
 * `status` is the control plane's HTTP status. On the data plane the body and status follow AWS by API style
 * (`apps/gateway/src/data-plane/gateway-response.ts`); there the code travels in `x-sluice-error`.
 */
export const ERROR_CATALOGUE = {
  BAD_REQUEST: { status: 400, summary: 'The request is not well-formed HTTP, JSON or parameters.' },
  VALIDATION_FAILED: { status: 400, summary: 'A field is missing, unknown or out of range; `details` names each.' },
  COMPILE_ERROR: { status: 400, summary: 'The uploaded source does not compile; `details` has file, line and column.' },
  INIT_ERROR: { status: 400, summary: 'The source compiles, but loading it failed or it exports no handler.' },
  UNAUTHENTICATED: { status: 401, summary: 'No credentials, or an unknown access key or wrong secret.' },
  SIGNATURE_INVALID: { status: 403, summary: 'The AWS Signature Version 4 does not match the request.' },
  ACCESS_DENIED: { status: 403, summary: 'The principal may not do this.' },
  NOT_FOUND: { status: 404, summary: 'No such resource on the control plane.' },
  FUNCTION_NOT_FOUND: { status: 404, summary: 'No function, version or alias of that name.' },
  API_NOT_FOUND: { status: 404, summary: 'No API of that name.' },
  USER_NOT_FOUND: { status: 404, summary: 'No user of that name.' },
  GROUP_NOT_FOUND: { status: 404, summary: 'No group of that name.' },
  POLICY_NOT_FOUND: { status: 404, summary: 'The user, group or function has no such policy.' },
  ACCESS_KEY_NOT_FOUND: { status: 404, summary: 'The user has no access key of that id.' },
  METHOD_NOT_ALLOWED: { status: 405, summary: 'The path exists, the method does not.' },
  FUNCTION_IN_USE: { status: 409, summary: 'Routes still use the function; `details` names them.' },
  GROUP_IN_USE: { status: 409, summary: 'Users are still in the group; `details` names them.' },
  LIMIT_REACHED: { status: 409, summary: 'There are as many of these as there may be.' },
  SIGNATURE_REPLAYED: { status: 409, summary: 'A signature that has changed something already was sent again.' },
  CONFLICT: { status: 409, summary: 'Somebody else changed the resource at the same time; read it again and retry.' },
  PRECONDITION_FAILED: { status: 412, summary: 'If-Match names another revision than the present one.' },
  PAYLOAD_TOO_LARGE: { status: 413, summary: 'The body or the function event is over its limit.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, summary: 'The Content-Type of an upload is not one that is understood.' },
  HEADERS_TOO_LARGE: { status: 431, summary: 'Request line and headers are over 10,240 bytes.' },
  CLIENT_CLOSED: { status: 499, summary: 'The client left before the answer; only in logs and metrics.' },
  INTERNAL: { status: 500, summary: 'A fault of the platform; the request id finds it in the log.' },
  NO_RUNNER: { status: 503, summary: 'No function runner took the work in time; nothing was stored.' },
  BUSY: { status: 503, summary: 'The compiler queue is full; retry after a moment.' },
  STORE_UNAVAILABLE: { status: 503, summary: 'Redis does not answer; a write may or may not have been stored.' },
  ROUTE_NOT_FOUND: { status: 404, summary: 'No route matches (AWS: 403 on `rest` APIs, 404 on `http` APIs).' },
  FUNCTION_ERROR: { status: 502, summary: 'The function threw or rejected.' },
  FUNCTION_TIMEOUT: { status: 504, summary: "The function ran out of its own or the route's time." },
  FUNCTION_OUT_OF_MEMORY: { status: 502, summary: 'The function used more than its memoryMb.' },
  FUNCTION_EXITED: { status: 502, summary: 'The execution environment ended while the function ran.' },
  RESPONSE_MALFORMED: { status: 502, summary: 'The function answered something that is no proxy response.' },
  RESPONSE_TOO_LARGE: { status: 502, summary: 'The function answered more than 6,291,556 bytes.' },
  HOST_LOST: { status: 502, summary: 'The sandbox host or runner died while the function ran.' },
  NOT_ACCEPTED: { status: 503, summary: 'No runner accepted the invocation in time; it did not run.' },
  QUEUE_FULL: { status: 503, summary: 'The gateway holds as many waiting invocations as it may; it did not run.' },
  CIRCUIT_OPEN: { status: 503, summary: 'The function keeps killing its host and is switched off for a minute.' },
  CONCURRENCY_LIMIT: { status: 429, summary: 'The function already runs as often as its maxConcurrency allows.' },
  MISSING_AUTHENTICATION_TOKEN: { status: 403, summary: 'The route takes signed requests and this one is not signed.' },
  INVALID_SIGNATURE: {
    status: 403,
    summary: 'The signature of a request to a route does not match it, or its access key is unknown.',
  },
  EXPIRED_TOKEN: { status: 403, summary: 'The signature is older than it may be, or the presigned URL has expired.' },
  UNAUTHORIZED: {
    status: 401,
    summary: 'The route has an authorizer and the request lacks what it looks at, or the authorizer refused the token.',
  },
  AUTHORIZER_DENIED: { status: 403, summary: 'The authorizer or a policy does not allow this request.' },
  AUTHORIZER_FAILURE: {
    status: 500,
    summary: 'The function of the authorizer threw, timed out or answered something that is no decision.',
  },
  AUTHORIZER_CONFIGURATION_ERROR: {
    status: 500,
    summary:
      'The authorizer cannot work as it is configured: its function does not exist, or its keys cannot be fetched.',
  },
  INVALID_API_KEY: {
    status: 403,
    summary: 'The route needs an API key, and the one sent is missing, unknown, disabled or expired.',
  },
  ADDRESS_REFUSED: { status: 403, summary: 'The API does not take requests from this address.' },
  THROTTLED: { status: 429, summary: 'More requests than the rate and burst of a limit allow.' },
  QUOTA_EXCEEDED: { status: 429, summary: 'The requests of the period are used up.' },
  BAD_REQUEST_PARAMETERS: {
    status: 400,
    summary: 'Required parameters are missing, or a parameter does not match its schema.',
  },
  BAD_REQUEST_BODY: { status: 400, summary: 'The body does not match the schema of the route.' },
  REQUEST_URI_TOO_LONG: {
    status: 414,
    summary: 'The request names a resource longer than 1,600 bytes, which no policy can hold.',
  },
  INTEGRATION_FAILURE: {
    status: 504,
    summary: 'The upstream of an http-proxy route cannot be reached or broke the connection.',
  },
  INTEGRATION_TIMEOUT: {
    status: 504,
    summary: "The upstream of an http-proxy route did not answer within the route's time.",
  },
  EGRESS_DENIED: { status: 403, summary: 'The gateway may not connect to that address.' },
  EGRESS_FAILED: { status: 502, summary: 'An address the gateway itself asked gave no whole answer.' },
  INTEGRATION_CIRCUIT_OPEN: { status: 503, summary: 'The upstream kept failing and is left alone for a moment.' },
  API_CONFIGURATION_ERROR: {
    status: 500,
    summary: 'The route cannot work as it is configured, for example because a stage variable it names is not set.',
  },
  STAGE_NOT_FOUND: { status: 404, summary: 'The API has no stage of that name.' },
  DEPLOYMENT_NOT_FOUND: { status: 404, summary: 'The API has no deployment of that id, or it is no longer kept.' },
} as const satisfies Record<string, { status: number; summary: string }>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
