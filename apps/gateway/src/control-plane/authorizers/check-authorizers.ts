import { SluiceError, type ApiDefinition, type Authorizer, type ErrorDetail } from '@sluice/contracts';
import { type EgressPolicy } from '@sluice/egress';
import { linearPattern } from '../../linear-pattern';

/**
 * What only the gateway can tell of an API's authorizers: that each route's is declared, that patterns can be matched in linear time,
 * and that issuers are not at addresses the gateway may not connect to. Throws VALIDATION_FAILED naming each place.
 */
export function checkAuthorizers({ routes, authorizers = {} }: ApiDefinition, egress: EgressPolicy): void {
  const details: ErrorDetail[] = Object.entries(authorizers).flatMap(([name, authorizer]) =>
    problemsOf(authorizer, `authorizers.${name}`, egress),
  );
  routes.forEach(({ route, authorization }, index) => {
    if (typeof authorization !== 'object') return;
    const path = `routes[${index}] (${route.slice(0, 100)}).authorization`;
    const { authorizer: name, scopes } = authorization;
    const authorizer = Object.hasOwn(authorizers, name) ? authorizers[name] : undefined;
    if (authorizer === undefined) {
      details.push({ path: `${path}.authorizer`, message: `the API declares no authorizer "${name}"` });
    } else if (scopes !== undefined && authorizer.type !== 'jwt') {
      details.push({ path: `${path}.scopes`, message: `goes with authorizers of type jwt; "${name}" is a function` });
    }
  });
  const [first] = details;
  if (first === undefined) return;
  const message = `An authorizer cannot work: ${'path' in first ? first.path : ''}: ${first.message}.`;
  throw new SluiceError('VALIDATION_FAILED', message, { details: details.slice(0, 100) });
}

function problemsOf(authorizer: Authorizer, path: string, egress: EgressPolicy): ErrorDetail[] {
  if (authorizer.type === 'function') {
    const { identityValidationExpression: expression } = authorizer;
    const message = expression === undefined ? null : messageOf(() => linearPattern(expression));
    return message === null ? [] : [{ path: `${path}.identityValidationExpression`, message }];
  }
  const urls = { issuer: authorizer.issuer, jwksUri: authorizer.jwksUri };
  return Object.entries(urls).flatMap(([member, url]) => {
    const message = url === undefined ? null : messageOf(() => egress.checkUrl(new URL(url)));
    return message === null ? [] : [{ path: `${path}.${member}`, message }];
  });
}

function messageOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
  }
}
