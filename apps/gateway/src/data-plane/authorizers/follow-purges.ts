import { type ConfigurationStore } from '../../configuration/configuration-store';
import { type DecisionCache } from './function/decision-cache';

/** The one record of this kind; purges of all APIs are in it. */
export const PURGES = 'decisions';

/**
 * Forgets decisions here as soon as the configuration says so, which is before the gateway that was asked for it answers.
 * Returns a function that ends that.
 */
export function followPurges(configuration: ConfigurationStore, decisions: DecisionCache): () => void {
  const purges = () => configuration.records('authorizer-purges').get(PURGES)?.purges ?? [];
  let applied = purges().at(-1)?.sequence ?? 0;
  return configuration.onChange(({ kind }) => {
    if (kind === 'all') decisions.purgeAll();
    else if (kind === 'authorizer-purges') {
      const news = purges().filter(({ sequence }) => sequence > applied);
      const [first] = news;
      if (first !== undefined && first.sequence > applied + 1) decisions.purgeAll();
      else for (const purge of news) decisions.purge(purge);
    } else return;
    applied = purges().at(-1)?.sequence ?? 0;
  });
}
