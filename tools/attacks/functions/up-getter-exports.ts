/**
 * attack:  exports that are getters which loop and proxies
 * surface: reading the exports
 * @answer upload 400 | 504
 */
const endless: any = new Proxy(
  {},
  {
    get() {
      for (;;) {}
    },
  },
);
export default endless;
export { endless as handler };
