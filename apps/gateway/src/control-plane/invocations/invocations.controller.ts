import { Controller, Inject, Param, Post, Req } from '@nestjs/common';
import { functionArn } from '@sluice/contracts';
import { Authenticated } from '../http/authenticated';
import { queryParameters, type AdminRequest } from '../http/admin-request';
import { type Reply } from '../http/reply';
import { InvocationService } from './invocation-service';

/** Calls are made again on purpose, with the same payload in the same second. */
const INVOKE = { action: 'lambda:InvokeFunction', repeatable: true } as const;

@Controller()
export class InvocationsController {
  constructor(@Inject(InvocationService) private readonly invocations: InvocationService) {}

  @Post('v1/functions/:name/invocations')
  @Authenticated({ ...INVOKE, resource: (request) => invokedArn(request.params['name'] ?? '', request, 'qualifier') })
  invoke(@Param('name') name: string, @Req() request: AdminRequest): Promise<Reply> {
    return this.invocations.invoke(invokeRequest(request, name, queryParameters(request).get('qualifier')));
  }

  /** The path AWS clients use; a name may be an ARN and may carry its qualifier. */
  @Post('2015-03-31/functions/:name/invocations')
  @Authenticated({ ...INVOKE, resource: (request) => invokedArn(request.params['name'] ?? '', request, 'Qualifier') })
  invokeAsAws(@Param('name') reference: string, @Req() request: AdminRequest): Promise<Reply> {
    const [name = '', qualifier] = nameAndQualifier(reference);
    return this.invocations.invoke(
      invokeRequest(request, name, queryParameters(request).get('Qualifier') ?? qualifier),
    );
  }
}

/** The function's ARN, with the version or alias that is called, if it is named. */
function invokedArn(reference: string, request: AdminRequest, parameter: string): string {
  const [name = '', qualifier] = nameAndQualifier(reference);
  return functionArn(name, queryParameters(request).get(parameter) ?? qualifier);
}

/** AWS takes a name, a partial ARN or a whole one, each with a qualifier or without. */
function nameAndQualifier(reference: string): string[] {
  return reference.replace(/^(arn:aws:lambda:[^:]*:\d{12}:|\d{12}:)?function:/, '').split(':');
}

function invokeRequest(request: AdminRequest, functionName: string, qualifier: string | undefined) {
  const type = request.headers['x-amz-invocation-type'];
  const invocationType = Array.isArray(type) ? type.join(',') : type;
  return { functionName, qualifier, requestId: request.requestId, invocationType, payload: request.body };
}
