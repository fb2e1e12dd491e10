/**
 * attack:  JSON.stringify of an object graph that shares itself 2^60 times
 * surface: native serializer
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  let o: any = ['x'];
  for (let i = 0; i < 60; i++) o = [o, o];
  return JSON.stringify(o).length;
}
