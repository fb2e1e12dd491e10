import { error, inQuery, json, plain, type Operation } from './operation';

const DIMENSIONS = [
  inQuery('api', 'API, functions/{name} for a function URL, or - for requests that no API was found for.'),
  inQuery('stage', 'Stage of the API; {stage}/Canary for its canary.'),
  inQuery('route', 'Route key, such as GET /pets/{id} or $default.'),
  inQuery('method', 'Method of the route key; routes are added up.'),
  inQuery('resource', 'Path of the route key; routes are added up.'),
  inQuery('function', 'Function.'),
  inQuery('version', 'Version of the function.'),
];

/** What was measured over all gateways. */
export const METRIC_PATHS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v1/metrics': {
    get: {
      summary: 'Statistics of one metric over time',
      tags: ['metrics'],
      parameters: [
        inQuery('metric', 'Latency, Count, 4XXError, Duration and so on: GET /v1/metrics/series lists them.'),
        inQuery('statistic', 'Sum, Average, Minimum, Maximum, SampleCount, p99 …; several with commas between them.'),
        inQuery('period', 'Seconds of one datapoint, a multiple of 60; 60 unless given.'),
        inQuery('start', 'ISO time, epoch milliseconds, or an age such as 3h; an hour before the end unless given.'),
        inQuery('end', 'The same; now unless given.'),
        ...DIMENSIONS,
      ],
      responses: {
        '200': json('A datapoint per period that has data, and the statistics of the whole time.', 'MetricData'),
        '400': error('A parameter is not known or does not go with the metric; the message says which.'),
        '503': error('STORE_UNAVAILABLE'),
      },
    },
  },
  '/v1/metrics/series': {
    get: {
      summary: 'Which metrics there are, and of what there is data',
      tags: ['metrics'],
      parameters: [
        ...DIMENSIONS.filter((_, index) => index < 3 || index >= 5),
        inQuery('since', 'Measured at or after this time or age; 3h unless given.'),
        inQuery('limit', 'Series in one answer, 1 to 1000; 100 unless given.'),
        inQuery('cursor', 'nextCursor of the answer before.'),
      ],
      responses: { '200': plain('metrics: name, unit, statistics, meaning; series: their dimensions.') },
    },
  },
};
