import { SluiceError } from '@sluice/contracts';
import { type PipelineParts } from '../pipeline-parts';
import { type Handler } from '../request-pipeline';
import { sentApiKey } from '../sent-api-key';
import { type RouteBlueprint } from '../routes/route-blueprint';

/** Whatever is wrong with a key, the answer is this one: it tells nobody which keys there are. */
const REFUSED = 'This route takes an API key of a usage plan that has this stage, and none such was sent.';

/**
 * Finds the API key of the request, in `x-api-key` or in what the authorizer answered, and the usage plan it opens this stage with.
 * Throws INVALID_API_KEY. Routes that ask for no key are limited by no plan, as on AWS.
 */
export function compileRequireApiKey(route: RouteBlueprint, { throttling }: PipelineParts): Handler | null {
  if (route.definition.apiKeyRequired !== true) return null;
  const { apiKeys } = throttling;
  const { api, apiName, stage } = route;

  return (context) => {
    const access = apiKeys.find(sentApiKey(context, api), apiName, stage.name);
    if (access === null) throw new SluiceError('INVALID_API_KEY', REFUSED);
    context.apiKeyId = access.apiKeyId;
    context.stageAccess = access;
  };
}
