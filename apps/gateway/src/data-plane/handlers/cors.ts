import { withoutCors } from '../cors/cors-rules';
import { type Handler } from '../request-pipeline';
import { type RouteBlueprint } from '../routes/route-blueprint';

/** Where the API has CORS settings, they are the only ones: what the integration says about CORS is dropped (AWS HTTP APIs). */
export function compileCors({ api }: RouteBlueprint): Handler | null {
  if (api.cors === undefined) return null;
  return (context) => {
    const { answer } = context;
    const headers = withoutCors(answer.headers);
    if (headers !== answer.headers) context.answer = { ...answer, headers };
  };
}
