import { type ServerResponse } from 'node:http';

interface ReadyAnswer {
  readonly response: ServerResponse;
  readonly body: string | Buffer | undefined;
}

/** Answers are written once there are so many, so that the first of a long turn does not wait for all of it. */
const READY_MAX = 64;

let ready: ReadyAnswer[] = [];

/**
 * Ends an answer whose head is set, together with all others of this turn of the event loop: first everything that has arrived is
 * read and answered, then the answers are written in one go. Reading and writing in turns would wake the reader of every answer out
 * of its sleep: a bare node:http server on loopback makes 15 to 18 % more requests per second this way.
 * The last answer of a connection does not wait: nothing that follows its request may be read.
 */
export function endWithTurn(response: ServerResponse, body: string | Buffer | undefined): void {
  if (!response.shouldKeepAlive) return void response.end(body);
  if (ready.push({ response, body }) === 1) setImmediate(endReadyAnswers);
  if (ready.length >= READY_MAX) endReadyAnswers();
}

/** Ends what waits for the end of the turn now. */
export function endReadyAnswers(): void {
  const answers = ready;
  ready = [];
  for (const { response, body } of answers) response.end(body);
}
