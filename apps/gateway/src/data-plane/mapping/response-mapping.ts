import { parseResponseTarget, SluiceError, type ResponseParameters } from '@sluice/contracts';
import { type ProxyResponse } from '../responses/proxy-response';
import { acceptStatus } from '../responses/status';
import { editHeaders, type HeaderEdit } from './header-edits';
import { type MappingScope } from './mapping-scope';
import { compileText, type MappedText } from './mapping-value';

type ResponseEdit = (answer: ProxyResponse, scope: MappingScope) => ProxyResponse;

/**
 * Prepares what `responseParameters` change of an answer: those of its very status, else of its class (`4xx`), else `default`.
 * The change throws RESPONSE_MALFORMED where a value cannot stand where it is mapped to.
 */
export function compileResponseMapping(
  mapping: ResponseParameters,
  variables: Readonly<Record<string, string>>,
): ResponseEdit {
  const edits = new Map(Object.entries(mapping).map(([status, one]) => [status, compileEdit(one, variables)]));
  return (answer, scope) => {
    const edit =
      edits.get(String(answer.status)) ?? edits.get(`${Math.floor(answer.status / 100)}xx`) ?? edits.get('default');
    return edit === undefined ? answer : edit(answer, scope);
  };
}

function compileEdit(
  mapping: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
): ResponseEdit {
  const headerEdits: HeaderEdit[] = [];
  let statusValue: MappedText | null = null;
  for (const [key, text] of Object.entries(mapping)) {
    const target = parseResponseTarget(key);
    const value = compileText(text, 'response', variables);
    if (target.on === 'header') headerEdits.push({ action: target.action, lowerName: target.name, value });
    else statusValue = value;
  }
  return (answer, scope) => {
    const headers = [...answer.headers];
    editHeaders(headers, headerEdits, scope, (name) => {
      throw new SluiceError(
        'RESPONSE_MALFORMED',
        `The value for the header ${name} has characters that a header cannot carry.`,
      );
    });
    const mapped = statusValue?.read(scope);
    const status = mapped === undefined ? answer.status : acceptStatus(mapped);
    if (status === null) throw new SluiceError('RESPONSE_MALFORMED', 'The mapped status is none from 200 to 599.');
    return { ...answer, status, headers };
  };
}
