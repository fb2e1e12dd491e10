import { error, inPath, inQuery, plain, type Operation } from './operation';

export const AUTHORIZER_PATHS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v1/apis/{api}/stages/{stage}/authorizers/cache': {
    delete: {
      summary: 'Forget what function authorizers decided, on every gateway',
      tags: ['apis'],
      parameters: [
        inPath('api', 'API name: 1 to 64 lower-case letters, digits or "-".'),
        inPath('stage', 'Stage of the API, $default too.'),
        inQuery('principal', 'Only decisions whose policy came with this principalId; all of the stage unless given.'),
      ],
      responses: {
        '204': plain('Forgotten: the next request asks the function again.'),
        '404': error('API_NOT_FOUND or STAGE_NOT_FOUND.'),
        '503': error('STORE_UNAVAILABLE; nothing was forgotten.'),
      },
    },
  },
};
