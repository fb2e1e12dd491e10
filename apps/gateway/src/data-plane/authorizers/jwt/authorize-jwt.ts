import { type JwtAuthorizer } from '@sluice/contracts';
import { GatewayRefusal } from '../../gateway-refusal';
import { type Routed } from '../../request-context';
import { type Handler } from '../../request-pipeline';
import { compileIdentitySource } from '../identity-source';
import { type JwtAuthority, type TokenHolder } from './jwt-authority';
import { TokenRefused } from './verify-token';

const BEARER = /^Bearer +/i;

/**
 * Lets in who holds a token of the issuer and, where the route names scopes, has one of them. Waits only for a token that was
 * never seen before.
 */
export function compileAuthorizeJwt(
  settings: JwtAuthorizer,
  scopes: readonly string[],
  authority: JwtAuthority,
): Handler {
  const source = compileIdentitySource(settings.identitySource);
  const scopeText = scopes.join(' ');
  const admit = (context: Routed, holder: TokenHolder): void => {
    if (scopes.length > 0 && !scopes.some((scope) => holder.scopes.includes(scope))) {
      throw new GatewayRefusal('AUTHORIZER_DENIED', `The token has none of the scopes of this route: ${scopeText}.`, {
        headers: ['www-authenticate', `Bearer scope="${scopeText}" error="insufficient_scope"`],
      });
    }
    context.authorization = holder.authorization;
  };
  const refuse = (error: unknown): never => {
    if (!(error instanceof TokenRefused)) throw error;
    throw new GatewayRefusal('UNAUTHORIZED', `${error.message}.`, {
      headers: [
        'www-authenticate',
        `Bearer scope="${scopeText}" error="invalid_token" error_description="${error.message}"`,
      ],
    });
  };
  return (context) => {
    const values = source(context);
    const token = (values.length === 1 ? (values[0] as string) : '').replace(BEARER, '');
    if (token === '') {
      throw new GatewayRefusal('UNAUTHORIZED', `There is no token at ${settings.identitySource}.`, {
        headers: ['www-authenticate', 'Bearer'],
      });
    }
    const known = authority.known(token);
    if (known !== null) return admit(context, known);
    return authority.verify(token).then((holder) => admit(context, holder), refuse);
  };
}
