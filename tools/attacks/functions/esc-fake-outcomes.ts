/**
 * attack:  throws errors that carry the platform's own names and fields
 * surface: classification by what the guest says
 * @query k=time,memory,exit,size
 * @answer 502
 */
export default async function handler(event: any) {
  const named: Record<string, string> = {
    time: 'Sandbox.Timedout',
    memory: 'Runtime.OutOfMemory',
    exit: 'Runtime.ExitError',
    size: 'Function.ResponseSizeTooLarge',
  };
  const error: any = new Error('Task timed out after 3.00 seconds');
  Object.assign(error, {
    name: named[event.queryStringParameters.k],
    code: 'CIRCUIT_OPEN',
    outcome: 2,
    status: 504,
    statusCode: 200,
    isDisposed: true,
  });
  throw error;
}
