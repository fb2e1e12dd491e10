import { Readable } from 'node:stream';
import {
  isNotModified,
  notModifiedHeaders,
  type CacheSlot,
  type Flight,
  type NotStored,
  type ResponseCache,
  type StorableResponse,
  type StoredResponse,
} from '@sluice/caching';
import { LIMITS, SluiceError } from '@sluice/contracts';
import { takeIntegrationTimes, addResponseHeader, type CacheStatus, type Routed } from '../request-context';
import { type Handler } from '../request-pipeline';
import { type ProxyResponse } from '../responses/proxy-response';
import { collecting } from './body-collector';
import { type CacheDirectives } from './cache-directives';
import { type CachedRoute, type KeyedBy } from './cached-route';
import { verdictOn, withoutTags, type Verdict } from './storable-answer';
import { visibleRequest, withoutClient } from './visible-request';

interface FetchedAnswer {
  readonly answer: ProxyResponse;
  /** For Cache-Status. */
  readonly detail: string;
}

/** Asks the integration of a cached route: once for all who ask at the same time, and with nothing that is not in the key. */
export class CacheFetch {
  constructor(
    private readonly cache: ResponseCache,
    private readonly cached: CachedRoute,
    private readonly ask: Handler,
    private readonly timeoutMs: number,
  ) {}

  /** Returns what is kept after all; null = the context has its answer, fetched by itself. */
  async answer(context: Routed, slot: CacheSlot, by: KeyedBy, replace: boolean): Promise<StoredResponse | null> {
    // The answer to a HEAD has no body that a GET could be answered with.
    if (context.method === 'HEAD') return this.askAlone(context, by, 'method');
    const { encrypted } = this.cached.settings;
    const turn = replace
      ? await this.cache.replace(slot, encrypted)
      : await this.cache.take(slot, encrypted, this.timeoutMs);
    if (turn.kind === 'stored') return turn.response;
    if (turn.kind === 'pass') return this.askAlone(context, by, 'uri-miss');
    const forwarded = replace ? 'request' : 'uri-miss';
    const visible = this.visible(context, by);
    try {
      const { answer, detail } = await this.askFor(visible, turn.flight, by);
      context.answer = answer;
      sayStatus(context, 'MISS', `sluice; fwd=${forwarded}; ${detail}`);
    } catch (error) {
      sayStatus(context, 'MISS', `sluice; fwd=${forwarded}`);
      throw error;
    } finally {
      takeIntegrationTimes(context, visible);
    }
    return null;
  }

  /** Asks for a newer answer than a stale one, unless somebody does already. Nobody waits for it, and its failure is the next request's to see. */
  inBackground(context: Routed, stale: StoredResponse, by: KeyedBy): void {
    this.cache
      .refresh(stale, this.cached.settings.encrypted)
      .then(async (flight) => {
        if (flight === null) return;
        const visible = withoutClient(this.visible(context, by));
        const { answer } = await this.askFor(visible, flight, by);
        if (answer.body instanceof Readable) answer.body.on('error', () => undefined).resume();
      })
      .catch(() => undefined);
  }

  /** Asks without keeping the answer, and still shows no more than to everybody. */
  private async askAlone(context: Routed, by: KeyedBy, forwarded: string): Promise<null> {
    const visible = this.visible(context, by);
    sayStatus(context, 'MISS', `sluice; fwd=${forwarded}`);
    try {
      await this.ask(visible);
    } finally {
      takeIntegrationTimes(context, visible);
    }
    context.answer = withoutTags(visible.answer);
    return null;
  }

  /** Asks, and ends the flight with what comes of it. */
  private async askFor(visible: Routed, flight: Flight, by: KeyedBy): Promise<FetchedAnswer> {
    try {
      await this.ask(visible);
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'CLIENT_CLOSED') this.cache.abandon(flight);
      else this.cache.fail(flight, error);
      throw error;
    }
    const answer = withoutTags(visible.answer);
    const verdict = verdictOn(visible.answer, this.cached, by, Date.now());
    if (!verdict.stored) return this.notKept(flight, answer, verdict.reason);
    const { body, bodyBytes = 0 } = visible.answer;
    if (bodyBytes > LIMITS.cacheEntryBytesMax) return this.notKept(flight, answer, 'too-large');
    if (body instanceof Readable)
      return { answer: { ...answer, body: this.keepStream(flight, verdict, body) }, detail: 'stored' };
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (bytes.length > LIMITS.cacheEntryBytesMax) return this.notKept(flight, answer, 'too-large');
    const content = verdict.contentWith(bytes);
    this.cache.keep(flight, content);
    return { answer: firstAnswer(content, by.directives), detail: 'stored' };
  }

  private notKept(flight: Flight, answer: ProxyResponse, reason: NotStored): FetchedAnswer {
    this.cache.pass(flight);
    return { answer, detail: `detail=${reason}` };
  }

  /** Kept when all of it has passed; a stream that breaks off, or whose client leaves, is somebody else's to fetch. */
  private keepStream(flight: Flight, { contentWith }: Extract<Verdict, { stored: true }>, body: Readable): Readable {
    return collecting(
      body,
      LIMITS.cacheEntryBytesMax,
      (whole) => {
        if (whole === null) this.cache.pass(flight);
        else this.cache.keep(flight, contentWith(whole));
      },
      () => this.cache.abandon(flight),
    );
  }

  private visible(context: Routed, { keyed }: KeyedBy): Routed {
    return visibleRequest(context, this.cached.visibilityOf(context, keyed));
  }
}

/** What the request that fetched an answer is given of it: all, or 304 where its client has it already. */
function firstAnswer(content: StorableResponse, { ifNoneMatch, ifModifiedSince }: CacheDirectives): ProxyResponse {
  const { status, body, ageMs } = content;
  const headers = ageMs === 0 ? content.headers : [...content.headers, 'age', String(ageMs / 1_000)];
  return status === 200 && isNotModified(ifNoneMatch, ifModifiedSince, content)
    ? { status: 304, headers: notModifiedHeaders(headers), body: '' }
    : { status, headers, body };
}

/** What the cache did (RFC 9211), where it does not stand in the answer itself. */
export function sayStatus(context: Routed, status: CacheStatus, cacheStatus: string): void {
  context.cacheStatus = status;
  addResponseHeader(context, 'x-cache', status);
  addResponseHeader(context, 'cache-status', cacheStatus);
}
