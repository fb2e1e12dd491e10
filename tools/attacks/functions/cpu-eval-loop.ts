/**
 * attack:  the loop is compiled at run time, by eval and by Function
 * surface: code generated from strings
 * @answer 504
 */
export default async function handler(event: any) {
  try {
    (0, eval)('for(;;);');
  } finally {
    new Function('for(;;);')();
  }
}
