import { type MappingAction } from '@sluice/contracts';
import { removeHeader } from '../header-list';
import { isHeaderValue } from '../responses/response-headers';
import { type MappingScope } from './mapping-scope';
import { type MappedText } from './mapping-value';

/** One change of a header list. */
export interface HeaderEdit {
  readonly action: MappingAction;
  readonly lowerName: string;
  readonly value: MappedText;
}

/** Applies edits to a list of name, value, … in place. `refuse` throws for a value that no header can carry. */
export function editHeaders(
  headers: string[],
  edits: readonly HeaderEdit[],
  scope: MappingScope,
  refuse: (lowerName: string) => never,
): void {
  for (const { action, lowerName, value } of edits) {
    const text = action === 'remove' ? undefined : value.read(scope);
    // What names nothing changes nothing.
    if (action !== 'remove' && text === undefined) continue;
    if (action !== 'append') removeHeader(headers, lowerName);
    if (text === undefined) continue;
    if (!isHeaderValue(text)) refuse(lowerName);
    headers.push(lowerName, text);
  }
}
