/**
 * attack:  exports no handler
 * surface: handler detection
 * @answer upload 400
 */
export const Handler = () => 1;
export default 'not a function';
