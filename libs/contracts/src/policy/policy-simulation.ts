import { z } from 'zod';
import { policyDocument } from './policy-document';

const QUESTIONS_MAX = 1_000;
const text = z.string().min(1).max(2_048);

/** What `POST /v1/policies/simulate` takes: every action is asked of every resource. */
export const policySimulation = z
  .strictObject({
    /** `root`, a user's name or its ARN; absent = whoever has `policies`, or a request that is not signed. */
    principal: z.string().min(1).max(256).optional(),
    /** Asked in place of the principal's own. */
    policies: z.array(policyDocument('identity')).max(20).optional(),
    resourcePolicy: policyDocument('resource').optional(),
    actions: z.array(text).min(1).max(100),
    resources: z.array(text).min(1).max(100).default(['*']),
    /** Condition keys and what the request says for them. */
    context: z.record(z.string().max(256), z.union([text, z.array(text).max(100)])).default({}),
  })
  .refine(
    ({ actions, resources }) => actions.length * resources.length <= QUESTIONS_MAX,
    `asks more than ${QUESTIONS_MAX} questions: actions times resources`,
  );
