import net from 'node:net';
import { once } from 'node:events';

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** A TCP connection that sends exactly the bytes it is given and shows exactly what came back. */
export class RawConnection {
  #received = Buffer.alloc(0);
  #isClosed = false;
  readonly #socket: net.Socket;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => (this.#received = Buffer.concat([this.#received, chunk])));
    socket.on('error', () => undefined);
    socket.on('close', () => (this.#isClosed = true));
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  write(bytes: string | Buffer): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Stops reading: the peer's writes fill the buffers. */
  pause(): void {
    this.#socket.pause();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get receivedBytes(): number {
    return this.#received.length;
  }

  get text(): string {
    return this.#received.toString('latin1');
  }

  /** The whole responses received so far; throws when there are bytes that belong to none. */
  answers(): RawAnswer[] {
    const answers: RawAnswer[] = [];
    for (let rest = this.text; rest !== '';) {
      const end = rest.indexOf('\r\n\r\n');
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(rest)?.[1];
      if (end === -1 || status === undefined) throw new Error(`no response starts with: ${rest.slice(0, 80)}`);
      const head = rest.slice(0, end);
      const bodiless = status === '204' || status === '304';
      const length = bodiless ? 0 : Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? NaN);
      if (Number.isNaN(length)) throw new Error(`a response without content-length: ${head}`);
      if (rest.length < end + 4 + length) throw new Error('a response is not whole yet');
      answers.push({ status: Number(status), head, body: rest.slice(end + 4, end + 4 + length) });
      rest = rest.slice(end + 4 + length);
    }
    return answers;
  }

  close(): void {
    this.#socket.destroy();
  }
}
