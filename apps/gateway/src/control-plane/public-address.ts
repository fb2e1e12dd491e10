/** Where the public listener can be reached; its port is known once it listens. */
export class PublicAddress {
  private origin = '';

  constructor(private readonly bindAddress: string) {}

  listening(port: number): void {
    this.origin = originOf(this.bindAddress, port);
  }

  get url(): string {
    return this.origin;
  }

  api(name: string): string {
    return `${this.origin}/${name}`;
  }

  functionUrl(name: string): string {
    return `${this.origin}/functions/${name}/`;
  }
}

/** A URL for callers on this machine: of a wildcard address the loopback one. */
export function originOf(bindAddress: string, port: number): string {
  const host = bindAddress === '0.0.0.0' || bindAddress === '::' ? '127.0.0.1' : bindAddress;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
