/**
 * attack:  non-ASCII host names for ever: each needs the host's help
 * surface: synchronous host calls in a loop
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  let n = 0;
  for (let i = 0; ; i++) {
    try {
      n += new URL(`http://bücher${i}.example/`).host.length;
    } catch (error) {
      if (i > 5000) throw error;
    }
  }
}
