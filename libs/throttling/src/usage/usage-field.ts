/** The field of a day's usage: `plan/key/api`. None of the three may hold a slash. */
export function usageField(use: {
  readonly planName: string;
  readonly apiKeyId: string;
  readonly apiName: string;
}): string {
  return `${use.planName}/${use.apiKeyId}/${use.apiName}`;
}

export function parseUsageField(field: string): { planName: string; apiKeyId: string; apiName: string } {
  const [planName = '', apiKeyId = '', apiName = ''] = field.split('/');
  return { planName, apiKeyId, apiName };
}
