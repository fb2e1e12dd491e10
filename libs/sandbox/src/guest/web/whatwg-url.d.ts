/** The package ships no types; only these two are used. */
declare module 'whatwg-url' {
  export const URL: object;
  export const URLSearchParams: object;
}
