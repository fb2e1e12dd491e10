import { compileFunction } from '../integrations/function';
import { compileHttpProxy } from '../integrations/http-proxy';
import { compileMock } from '../integrations/mock';
import { compileRedirect } from '../integrations/redirect';
import { type PipelineParts } from '../pipeline-parts';
import { type Handler } from '../request-pipeline';
import { type RouteBlueprint } from '../routes/route-blueprint';

/** Hands the request to what the route leads to. */
export function compileIntegrate(route: RouteBlueprint, parts: PipelineParts): Handler {
  const { integration } = route.definition;
  switch (integration.type) {
    case 'function':
      return compileFunction(route, integration, parts);
    case 'http-proxy':
      return compileHttpProxy(route, integration, parts);
    case 'mock':
      return compileMock(route, integration);
    case 'redirect':
      return compileRedirect(route, integration);
  }
}
