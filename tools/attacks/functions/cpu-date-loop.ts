/**
 * attack:  burns its time in slices between timers, each slice shorter than a watch tick
 * surface: accounting of many short slices
 * @answer 504
 */
export default async function handler(event: any) {
  const slice = () => {
    const end = Date.now() + 3;
    while (Date.now() < end);
    setTimeout(slice, 0);
  };
  slice();
  await new Promise(() => {});
}
