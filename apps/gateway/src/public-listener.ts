import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { PublicAddress } from './control-plane/public-address';
import { PublicServer } from './data-plane/public-server';

/** Starts and stops the data plane with the Nest application, which serves the control plane only. */
@Injectable()
export class PublicListener implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(PublicServer) private readonly server: PublicServer,
    @Inject(PublicAddress) private readonly address: PublicAddress,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { port, tlsPort } = await this.server.start();
    this.address.listening(port, tlsPort);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.server.drain();
  }
}
