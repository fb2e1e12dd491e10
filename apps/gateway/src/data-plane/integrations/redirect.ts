import { fillStageVariables, parseLocation, type RedirectIntegration, type UrlTemplate } from '@sluice/contracts';
import { type Handler } from '../request-pipeline';
import { type RouteBlueprint } from '../routes/route-blueprint';
import { refuseAs, refuseWithout } from './refuse-configuration';
import { compileTemplate, encodePath, splitQuery } from './url-parts';

/**
 * Sends the client somewhere else. What it put into the path stays a path: escaped, and never the beginning of another host
 * (`//evil.example` in a `Location` would be one).
 */
export function compileRedirect({ stage }: RouteBlueprint, integration: RedirectIntegration): Handler {
  const filled = fillStageVariables(integration.location, stage.variables);
  if ('missing' in filled) return refuseWithout(filled.missing);
  let location: UrlTemplate;
  try {
    location = parseLocation(filled.text);
  } catch (error) {
    return refuseAs(`The location of this redirect ${(error as Error).message}.`);
  }
  const template = splitQuery(location);
  const path = compileTemplate(template.path, encodePath);
  const query = compileTemplate(template.query, encodeURIComponent);
  const { keepQuery, statusCode: status } = integration;
  return (context) => {
    const { pathParameters, rawQuery } = context;
    const asked = [query(pathParameters), keepQuery ? rawQuery : ''].filter((part) => part !== '').join('&');
    const target = path(pathParameters).replace(/^\/{2,}/, '/') + (asked === '' ? '' : `?${asked}`);
    context.answer = { status, headers: ['location', target], body: '' };
  };
}
