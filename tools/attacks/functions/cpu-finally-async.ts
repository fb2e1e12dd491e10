/**
 * attack:  async finally blocks that start again whenever they are left
 * surface: termination across awaits
 * @answer 504
 */
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
export default async function handler(event: any) {
  const again = async (): Promise<void> => {
    try {
      await sleep(1);
      for (;;) {}
    } finally {
      await again();
    }
  };
  await again();
}
