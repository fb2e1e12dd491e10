/**
 * attack:  allocates without end while it loads
 * surface: init phase, memory
 * @answer upload 400
 */
const keep: any[] = [];
for (;;) keep.push(new Array(10000).fill({}));
export default async function handler(event: any) {
  return { statusCode: 200 };
}
