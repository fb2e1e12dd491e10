/**
 * attack:  throws an error with a chain of 100,000 causes and a million errors
 * surface: error marshalling
 * @answer 502
 */
export default async function handler(event: any) {
  let cause: any = new Error('last');
  for (let i = 0; i < 100000; i++) {
    const next: any = { message: 'm' };
    next.cause = cause;
    cause = next;
  }
  const error: any = new AggregateError([], 'many');
  error.errors = new Array(1e6).fill(cause);
  error.cause = cause;
  throw error;
}
