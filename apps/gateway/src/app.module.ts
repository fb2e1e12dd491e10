import { Module, type DynamicModule } from '@nestjs/common';
import { ControlPlaneModule, type ControlPlaneParts } from './control-plane/control-plane.module';
import { PublicAddress } from './control-plane/public-address';
import { PublicServer } from './data-plane/public-server';
import { PublicListener } from './public-listener';

/** The gateway as one Nest application: the control plane on Express, the data plane as a provider beside it. */
@Module({})
export class AppModule {
  static of(controlPlane: ControlPlaneParts, publicServer: PublicServer): DynamicModule {
    return {
      module: AppModule,
      imports: [ControlPlaneModule.of(controlPlane)],
      providers: [
        PublicListener,
        { provide: PublicServer, useValue: publicServer },
        { provide: PublicAddress, useValue: controlPlane.address },
      ],
    };
  }
}
