/** AWS's placeholder for "no account"; ARNs and events need twelve digits. */
export const ACCOUNT_ID = '000000000000';
/** The region of everything here, in ARNs and where functions ask for it. */
export const REGION = 'local';

export function userArn(userName: string): string {
  return `arn:aws:iam::${ACCOUNT_ID}:user/${userName}`;
}

/** A function, or one version or alias of it. */
export function functionArn(functionName: string, qualifier?: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${functionName}${qualifier === undefined ? '' : `:${qualifier}`}`;
}

/** What `execute-api:Invoke` is about; `path` begins with a slash and is the canonical one that was routed. */
export function apiRouteArn(apiName: string, stage: string, method: string, path: string): string {
  return `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${apiName}/${stage}/${method}${path}`;
}

/** What `sluice:…` actions are about, such as `api/shop`. */
export function controlPlaneArn(resource: string): string {
  return `arn:aws:sluice:${REGION}:${ACCOUNT_ID}:${resource}`;
}
