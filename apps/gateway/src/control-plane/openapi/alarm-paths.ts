import { error, inHeader, inPath, inQuery, plain, type Operation } from './operation';

const ALARM = inPath('alarm', 'Alarm name: 1 to 64 letters, digits, "-" or "_".');
const IF_MATCH = inHeader('If-Match', 'ETag of the state this write is meant for; another state is answered 412.');
const NOT_FOUND = { '404': error('ALARM_NOT_FOUND') };
const WRITE_ERRORS = {
  '409': error('LIMIT_REACHED'),
  '412': error('PRECONDITION_FAILED'),
  '503': error('STORE_UNAVAILABLE; nothing was changed.'),
};

/** Alarms on metrics. */
export const ALARM_PATHS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v1/alarms': {
    get: {
      summary: 'Alarms with their states, by name',
      tags: ['alarms'],
      parameters: [
        inQuery('limit', 'Entries in one answer, 1 to 1000; 50 unless given.'),
        inQuery('cursor', 'nextCursor of the answer before.'),
      ],
      responses: { '200': plain('alarms, and nextCursor while there are more.') },
    },
  },
  '/v1/alarms/{alarm}': {
    put: {
      summary: 'Create or replace an alarm: M of the newest N periods of a metric beyond a threshold',
      tags: ['alarms'],
      parameters: [ALARM, IF_MATCH],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['metric', 'statistic', 'threshold'],
              example: {
                metric: 'Latency',
                statistic: 'p99',
                dimensions: { api: 'shop', stage: '$default' },
                threshold: 500,
                periodSeconds: 60,
                evaluationPeriods: 5,
                datapointsToAlarm: 3,
                actions: [
                  { type: 'webhook', url: 'https://hooks.example.com/oncall', secret: 'at-least-16-characters' },
                ],
              },
            },
          },
        },
      },
      responses: {
        '200': plain('Replaced.'),
        '201': plain('Created; its state is INSUFFICIENT_DATA until the first evaluation.'),
        '400': error('VALIDATION_FAILED naming each bad field.'),
        ...WRITE_ERRORS,
      },
    },
    get: {
      summary: 'An alarm with its state and the reason for it',
      tags: ['alarms'],
      parameters: [ALARM],
      responses: { '200': plain('The alarm.'), ...NOT_FOUND },
    },
    delete: {
      summary: 'Delete an alarm and its history',
      tags: ['alarms'],
      parameters: [ALARM, IF_MATCH],
      responses: { '204': plain('Deleted.'), ...NOT_FOUND, ...WRITE_ERRORS },
    },
  },
  '/v1/alarms/{alarm}/history': {
    get: {
      summary: 'The newest transitions of an alarm, newest first',
      tags: ['alarms'],
      parameters: [ALARM],
      responses: { '200': plain('transitions: at, from, to, reason.'), ...NOT_FOUND },
    },
  },
};
