import { Controller, Inject, Param, Post, Req } from '@nestjs/common';
import { Authenticated } from '../http/authenticated';
import { queryParameters, type AdminRequest } from '../http/admin-request';
import { type Reply } from '../http/reply';
import { InvocationService } from './invocation-service';

@Controller()
export class InvocationsController {
  constructor(@Inject(InvocationService) private readonly invocations: InvocationService) {}

  @Post('v1/functions/:name/invocations')
  @Authenticated({ action: 'sluice:InvokeFunction' })
  invoke(@Param('name') name: string, @Req() request: AdminRequest): Promise<Reply> {
    return this.invocations.invoke(invokeRequest(request, name, queryParameters(request).get('qualifier')));
  }

  /** The path AWS clients use; a name may be an ARN and may carry its qualifier. */
  @Post('2015-03-31/functions/:name/invocations')
  @Authenticated({ action: 'sluice:InvokeFunction' })
  invokeAsAws(@Param('name') reference: string, @Req() request: AdminRequest): Promise<Reply> {
    const [name = '', qualifier] = reference
      .replace(/^(arn:aws:lambda:[^:]*:\d{12}:|\d{12}:)?function:/, '')
      .split(':');
    return this.invocations.invoke(
      invokeRequest(request, name, queryParameters(request).get('Qualifier') ?? qualifier),
    );
  }
}

function invokeRequest(request: AdminRequest, functionName: string, qualifier: string | undefined) {
  const type = request.headers['x-amz-invocation-type'];
  const invocationType = Array.isArray(type) ? type.join(',') : type;
  return { functionName, qualifier, requestId: request.requestId, invocationType, payload: request.body };
}
