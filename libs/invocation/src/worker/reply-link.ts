import { connect, type Socket } from 'node:net';
import { FrameReader, FrameSlots, FrameWriter } from '@sluice/framing';
import { type Logger } from '@sluice/logging';
import { CHALLENGE_BYTES, newChallenge, proofMatches, prove } from '../link-authentication';
import { parseReplyAddress, socketOptions } from '../link-address';
import { LINK, LINK_FRAME_BYTES_MAX, LINK_PING_MS, LINK_SILENCE_MS } from '../wire';
import { type ReceivedInvocation } from './received-invocation';

export interface ReplyLinkOptions {
  readonly replyTo: string;
  readonly runnerId: string;
  readonly linkKey: Buffer;
  readonly logger: Logger;
  readonly onClosed: () => void;
}

/**
 * The runner's end of the link to one gateway process. Frames written before the gateway has proven itself wait for that.
 * When the link closes, nobody waits for its invocations any more: each is cancelled.
 */
export class ReplyLink {
  private readonly invocations = new FrameSlots<ReceivedInvocation>();
  private readonly socket: Socket;
  private readonly writer: FrameWriter;
  private readonly ownChallenge = newChallenge();
  private readonly watch: NodeJS.Timeout;
  private held: ((writer: FrameWriter) => void)[] | null = [];
  private heardAtMs = performance.now();
  private settleOpened: (open: boolean) => void = () => undefined;
  /** Whether the gateway proves itself: true once frames reach it, false when the link closes before. */
  readonly opened = new Promise<boolean>((resolve) => (this.settleOpened = resolve));

  /** Throws TypeError when `replyTo` is no address. */
  constructor(private readonly options: ReplyLinkOptions) {
    const reply = parseReplyAddress(options.replyTo);
    if (reply === null) throw new TypeError(`${options.replyTo} is no reply address`);
    this.socket = connect({ ...socketOptions(reply.address), noDelay: true });
    this.writer = new FrameWriter(this.socket);
    const reader = new FrameReader(
      (kind, id, payload) => this.received(kind, id, payload, reply.instance),
      LINK_FRAME_BYTES_MAX,
    );
    this.socket.on('data', (chunk: Buffer) => {
      this.heardAtMs = performance.now();
      try {
        if (!this.socket.destroyed) reader.push(chunk);
      } catch (error) {
        this.socket.destroy(error as Error);
      }
    });
    this.socket.on('error', (error) =>
      options.logger.warn('a gateway link failed', { gateway: options.replyTo, error: error.message }),
    );
    this.socket.on('close', () => this.closed());
    this.watch = setInterval(() => {
      if (performance.now() - this.heardAtMs > LINK_SILENCE_MS)
        this.socket.destroy(new Error(`silent for ${LINK_SILENCE_MS} ms`));
    }, LINK_PING_MS);
  }

  get destroyed(): boolean {
    return this.socket.destroyed;
  }

  get isOpen(): boolean {
    return this.held === null && !this.socket.destroyed;
  }

  /**
   * Tells the gateway that these invocations are this runner's now. Only for a link that is open: the words are the kernel's when this returns, so
   * the gateway hears them even if this process ends in the next moment.
   */
  accept(sequences: readonly number[]): void {
    this.writer.begin(LINK.accepted, 0);
    for (const sequence of sequences) this.writer.u32(sequence);
    this.writer.end();
    this.writer.flush();
  }

  track(sequence: number, invocation: ReceivedInvocation): void {
    this.invocations.set(sequence, invocation);
  }

  finished(sequence: number): void {
    this.invocations.delete(sequence);
  }

  write(frame: (writer: FrameWriter) => void): void {
    if (this.held !== null) this.held.push(frame);
    else frame(this.writer);
  }

  /** Sends what is written and closes. */
  async close(): Promise<void> {
    if (this.socket.destroyed) return;
    this.writer.flush();
    await new Promise<void>((resolve) => this.socket.once('close', () => resolve()).end());
  }

  private received(kind: number, id: number, payload: Buffer, instance: string): void {
    if (kind === LINK.challenge && payload.length === CHALLENGE_BYTES) {
      const { runnerId, linkKey } = this.options;
      const proof = prove(linkKey, 'runner', payload, `${runnerId}\0${instance}`);
      this.writer.begin(LINK.prove, 0).text(runnerId).text(instance).bytes(proof).bytes(this.ownChallenge).end();
    } else if (kind === LINK.welcome) {
      const expected = prove(
        this.options.linkKey,
        'gateway',
        this.ownChallenge,
        `${this.options.runnerId}\0${instance}`,
      );
      if (!proofMatches(expected, payload))
        this.socket.destroy(new Error('the gateway did not prove that it holds the link key'));
      else this.open();
    } else if (this.held !== null) {
      this.socket.destroy(new Error('the gateway spoke before it proved itself'));
    } else if (kind === LINK.ping) this.writer.begin(LINK.pong, 0).end();
    else if (kind === LINK.cancel) this.invocations.get(id)?.cancel();
  }

  private open(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const frame of held) frame(this.writer);
    this.settleOpened(true);
  }

  private closed(): void {
    clearInterval(this.watch);
    this.settleOpened(false);
    this.held = null; // later writes go to the destroyed socket, which drops them
    this.options.onClosed();
    for (const invocation of this.invocations.values()) invocation.cancel();
  }
}
