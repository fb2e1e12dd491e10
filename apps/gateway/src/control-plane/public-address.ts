/** Where the public listener can be reached; its port is known once it listens. */
export class PublicAddress {
  private origin = '';
  private secureOrigin: string | null = null;

  constructor(private readonly bindAddress: string) {}

  listening(port: number, tlsPort: number | null): void {
    this.origin = originOf(this.bindAddress, port);
    if (tlsPort !== null) this.secureOrigin = originOf(this.bindAddress, tlsPort).replace(/^http:/, 'https:');
  }

  /** null = the public listener has no https. */
  get tlsUrl(): string | null {
    return this.secureOrigin;
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
