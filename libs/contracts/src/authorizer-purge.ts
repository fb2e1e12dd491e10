/** Decisions of a stage's authorizers that are forgotten: all of them, or those about one principal. */
export interface AuthorizerPurge {
  readonly sequence: number;
  readonly apiName: string;
  readonly stage: string;
  readonly principalId?: string;
}

/** The newest purges, oldest first. A gateway that finds one missing forgets everything. */
export interface AuthorizerPurgeRecord {
  readonly schema: 1;
  readonly purges: readonly AuthorizerPurge[];
}
