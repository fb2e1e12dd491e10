import { LIMITS } from '@sluice/contracts';
import { decodeBody } from '../compression/decode-body';
import { needsWholeBody } from '../integrations/request-body';
import { type Handler } from '../request-pipeline';
import { type RouteBlueprint } from '../routes/route-blueprint';

/**
 * Where an API compresses it also decompresses, as on AWS: what looks at the body and what gets it see it as it was. A body that is
 * streamed to its upstream goes there as it came. Comes after the body was compared with what was signed.
 */
export function compileDecodeBody(route: RouteBlueprint): Handler | null {
  if (route.api.minimumCompressionSizeBytes === undefined || !needsWholeBody(route)) return null;
  const bytesMax = route.definition.bodyBytesMax ?? LIMITS.requestBodyBytesMax;
  return (context) => {
    const coding = context.request.headers['content-encoding'];
    if (coding === undefined || context.body.length === 0) return;
    return decodeBody(context.body, coding, bytesMax).then((body) => {
      context.body = body;
      context.headers = context.headers.without('content-encoding');
    });
  };
}
