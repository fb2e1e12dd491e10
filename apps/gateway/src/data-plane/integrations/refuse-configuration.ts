import { SluiceError } from '@sluice/contracts';
import { type Handler } from '../request-pipeline';

/** The step of a route that cannot work with the variables its stage has. */
export function refuseWithout(variable: string): Handler {
  return refuseAs(`The stage does not set the variable "${variable}" of this route.`);
}

export function refuseAs(reason: string): Handler {
  return () => {
    throw new SluiceError('API_CONFIGURATION_ERROR', reason);
  };
}
