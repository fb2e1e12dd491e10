import { error, inPath, inQuery, plain, type Operation } from './operation';

const API = inPath('api', 'API name: 1 to 64 lower-case letters, digits or "-".');
const STAGE = inPath('stage', 'Stage of the API, $default too.');

export const CACHE_PATHS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v1/apis/{api}/stages/{stage}/cache': {
    delete: {
      summary: 'Flush kept answers on every gateway: of the stage, of one route, of one tag',
      tags: ['apis'],
      parameters: [
        API,
        STAGE,
        inQuery('route', 'Only answers of this route key, such as "GET /items/{id}".'),
        inQuery('tag', 'Only answers that the function gave this tag in Cache-Tag.'),
      ],
      responses: {
        '204': plain('Flushed: nothing that was asked for before this is answered with again.'),
        '400': error('VALIDATION_FAILED: the stage has no such route, or this is no tag.'),
        '404': error('API_NOT_FOUND or STAGE_NOT_FOUND.'),
        '503': error('STORE_UNAVAILABLE; nothing was flushed.'),
      },
    },
  },
  '/v1/apis/{api}/stages/{stage}/cache/preview': {
    get: {
      summary: 'What the cache makes of a request: its route, what is in its key, whether an answer is held here',
      tags: ['apis'],
      parameters: [
        API,
        STAGE,
        inQuery('path', 'Below the address of the stage, with its query, such as "/items?page=2".'),
        inQuery('method', 'GET unless given.'),
        inQuery(
          'header.NAME',
          'A header of the request; any number of them. Host is the address of the API unless given.',
        ),
      ],
      responses: {
        '200': plain('Route, cached or why not, and the parts of the key; the integration sees these parts only.'),
        '400': error('BAD_REQUEST: a path that no request can have.'),
        '404': error('API_NOT_FOUND, STAGE_NOT_FOUND, or ROUTE_NOT_FOUND: no route of the stage matches.'),
      },
    },
  },
};
