import { refuseAs } from '../integrations/refuse-configuration';
import { type Handler } from '../request-pipeline';
import { type RouteBlueprint } from '../routes/route-blueprint';
import { compileRequestCheck } from '../validation/request-validator';
import { schemasOf } from '../validation/schema-compiler';

/** Refuses a request that is not as the route says, before anything is asked or looked up for it. */
export function compileValidateRequest({ definition, api }: RouteBlueprint): Handler | null {
  const { validate } = definition;
  if (validate === undefined) return null;
  try {
    return compileRequestCheck(validate, schemasOf(api));
  } catch (error) {
    // Definitions are checked when they are declared: only one that an older program took gets here.
    return refuseAs(`A schema of this route ${(error as Error).message}.`);
  }
}
