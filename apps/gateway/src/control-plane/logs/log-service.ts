import { type FunctionLogPage, type FunctionLogReader } from '@sluice/logging';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { notFound } from '../functions/function-service';
import { badRequest, integerParameter, knownQueryParameters, type AdminRequest } from '../http/admin-request';
import { parseSince } from './since';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 10_000;

/** A function's log: START, its lines, END and REPORT of each invocation, oldest first. */
export class LogService {
  constructor(
    private readonly configuration: ConfigurationStore,
    private readonly reader: FunctionLogReader,
    private readonly nowMs: () => number,
  ) {}

  /** @throws SluiceError FUNCTION_NOT_FOUND · BAD_REQUEST */
  async read(functionName: string, request: AdminRequest): Promise<FunctionLogPage> {
    const query = knownQueryParameters(request, ['since', 'requestId', 'limit', 'cursor']);
    const limit = integerParameter('limit', query.limit, 1, LIMIT_MAX) ?? LIMIT_DEFAULT;
    const sinceMs = query.since === undefined ? undefined : parseSince(query.since, this.nowMs());
    if (this.configuration.resolve(functionName) === null) throw notFound(functionName);
    try {
      return await this.reader.read(functionName, {
        limit,
        ...(sinceMs === undefined ? {} : { sinceMs }),
        ...(query.requestId === undefined ? {} : { requestId: query.requestId }),
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      });
    } catch (error) {
      if (error instanceof RangeError) throw badRequest('"cursor" must be a nextCursor of an answer.');
      throw error;
    }
  }
}
