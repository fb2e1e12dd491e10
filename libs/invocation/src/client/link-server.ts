import { createServer, type Server, type Socket } from 'node:net';
import { rmSync } from 'node:fs';
import { FrameReader, FrameWriter, PayloadReader } from '@sluice/framing';
import { type Logger } from '@sluice/logging';
import { CHALLENGE_BYTES, newChallenge, proofMatches, prove } from '../link-authentication';
import { socketOptions } from '../link-address';
import { LINK, LINK_FRAME_BYTES_MAX, LINK_PING_MS, LINK_SILENCE_MS } from '../wire';

/** What the server tells about proven links. */
export interface LinkEvents {
  onAccepted(link: RunnerLink, sequence: number): void;
  onResult(link: RunnerLink, sequence: number, payload: Buffer): void;
  onLost(link: RunnerLink): void;
}

/** A proven connection of one runner. */
export class RunnerLink {
  constructor(
    readonly runnerId: string,
    private readonly writer: FrameWriter,
  ) {}

  cancel(sequence: number): void {
    this.writer.begin(LINK.cancel, sequence).end();
  }
}

/** The gateway's end of the reply link: runners connect, prove that they hold the link key, and answer. */
export class LinkServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly options: {
      readonly instance: string;
      readonly linkKey: Buffer;
      readonly logger: Logger;
      readonly events: LinkEvents;
    },
  ) {
    this.server = createServer({ noDelay: true }, (socket) => this.welcome(socket));
  }

  /** Listens on `unix:/path` or `host:port` (port 0 = any) and returns the address it got. */
  async listen(address: string): Promise<string> {
    const options = socketOptions(address);
    if ('path' in options) rmSync(options.path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(options, resolve);
    });
    const bound = this.server.address();
    return typeof bound === 'object' && bound !== null
      ? `${address.slice(0, address.lastIndexOf(':'))}:${bound.port}`
      : address;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private welcome(socket: Socket): void {
    this.sockets.add(socket);
    const { events, logger } = this.options;
    const writer = new FrameWriter(socket);
    const challenge = newChallenge();
    let link: RunnerLink | null = null;
    let heardAtMs = performance.now();
    const watch = setInterval(() => {
      if (performance.now() - heardAtMs > LINK_SILENCE_MS)
        socket.destroy(new Error(`silent for ${LINK_SILENCE_MS} ms`));
      else if (link !== null) writer.begin(LINK.ping, 0).end();
    }, LINK_PING_MS);

    const reader = new FrameReader((kind, id, payload) => {
      if (link === null) {
        link = this.proven(kind, payload, challenge, writer);
        if (link === null) socket.destroy(new Error('it did not prove that it holds the link key'));
      } else if (kind === LINK.result) events.onResult(link, id, payload);
      else if (kind === LINK.accepted)
        for (let at = 0; at + 4 <= payload.length; at += 4) events.onAccepted(link, payload.readUInt32BE(at));
    }, LINK_FRAME_BYTES_MAX);

    socket.on('data', (chunk: Buffer) => {
      heardAtMs = performance.now();
      if (socket.destroyed) return;
      try {
        reader.push(chunk);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('error', (error) =>
      logger.warn('a runner link failed', { runner: link?.runnerId, error: error.message }),
    );
    socket.on('close', () => {
      clearInterval(watch);
      this.sockets.delete(socket);
      if (link !== null) events.onLost(link);
    });
    writer.begin(LINK.challenge, 0).bytes(challenge).end();
  }

  /** The link, when the first frame is a right answer to the challenge for this very process. */
  private proven(kind: number, payload: Buffer, challenge: Buffer, writer: FrameWriter): RunnerLink | null {
    if (kind !== LINK.prove) return null;
    const fields = new PayloadReader(payload);
    const runnerId = fields.text();
    const instance = fields.text();
    const rest = fields.rest();
    if (instance !== this.options.instance || rest.length !== 32 + CHALLENGE_BYTES) return null;
    const names = `${runnerId}\0${instance}`;
    if (!proofMatches(prove(this.options.linkKey, 'runner', challenge, names), rest.subarray(0, 32))) return null;
    writer
      .begin(LINK.welcome, 0)
      .bytes(prove(this.options.linkKey, 'gateway', rest.subarray(32), names))
      .end();
    return new RunnerLink(runnerId, writer);
  }
}
