import { parseInput, policyDocument, SluiceError, type FunctionRecord, type PolicyDocument } from '@sluice/contracts';
import { type ConfigurationStore } from '../../configuration/configuration-store';

/** The resource policy of a function: who may call its URL, besides those whose own policies say so. */
export class FunctionPolicyService {
  constructor(private readonly configuration: ConfigurationStore) {}

  /** @throws SluiceError FUNCTION_NOT_FOUND · POLICY_NOT_FOUND */
  get(name: string): PolicyDocument {
    const { resourcePolicy } = this.present(name);
    if (resourcePolicy === undefined) throw noPolicy(name);
    return resourcePolicy;
  }

  /** @throws SluiceError VALIDATION_FAILED · FUNCTION_NOT_FOUND */
  async put(
    name: string,
    input: unknown,
  ): Promise<{ document: PolicyDocument; created: boolean; configurationVersion: number }> {
    const document = parseInput(policyDocument('resource'), input, 'The policy');
    for (;;) {
      const present = this.present(name);
      const next = { ...present, resourcePolicy: document };
      const version = await this.configuration.commit('function', name, present, next);
      if (version !== null)
        return { document, created: present.resourcePolicy === undefined, configurationVersion: version };
    }
  }

  /** The configuration version. @throws SluiceError FUNCTION_NOT_FOUND · POLICY_NOT_FOUND */
  async delete(name: string): Promise<number> {
    for (;;) {
      const present = this.present(name);
      const { resourcePolicy, ...next } = present;
      if (resourcePolicy === undefined) throw noPolicy(name);
      const version = await this.configuration.commit('function', name, present, next);
      if (version !== null) return version;
    }
  }

  private present(name: string): FunctionRecord {
    const record = this.configuration.functions.get(name);
    if (record === undefined) throw new SluiceError('FUNCTION_NOT_FOUND', `There is no function "${name}".`);
    return record;
  }
}

function noPolicy(name: string): SluiceError {
  return new SluiceError('POLICY_NOT_FOUND', `The function "${name}" has no resource policy.`);
}
