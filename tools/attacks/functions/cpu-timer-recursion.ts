/**
 * attack:  timers that set the next timer for ever while the handler waits
 * surface: host entries without end
 * @answer 504
 */
export default async function handler(event: any) {
  const again = () => void setTimeout(again, 0);
  again();
  await new Promise(() => {});
}
