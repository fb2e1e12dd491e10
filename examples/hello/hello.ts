/** The shapes of AWS Lambda: what runs here runs there. `@types/aws-lambda` has the full event. */
interface Event {
  readonly pathParameters?: { readonly name?: string };
  readonly requestContext: { readonly requestId: string };
}

export const handler = async (event: Event) => {
  const name = event.pathParameters?.name ?? 'world';
  console.log('greeting', { name });
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: `hello ${name}`, requestId: event.requestContext.requestId }),
  };
};
