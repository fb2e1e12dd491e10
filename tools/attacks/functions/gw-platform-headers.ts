/**
 * attack:  forges the platform's own headers
 * surface: response headers
 * @answer 200
 */
export default async function handler(event: any) {
  return {
    statusCode: 200,
    headers: {
      'x-amzn-RequestId': 'forged',
      'apigw-requestid': 'forged',
      'x-sluice-error': 'CIRCUIT_OPEN',
      'x-sluice-reason': 'forged',
      'x-amzn-ErrorType': 'forged',
      date: 'never',
      server: 'forged',
    },
    body: 'ok',
  };
}
