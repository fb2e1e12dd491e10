/**
 * attack:  reads call sites for functions, receivers and file names of the host
 * surface: structured stack traces
 * @answer 200 {"leaks":[]}
 */
export default async function handler(event: any) {
  const leaks: string[] = [];
  const inspect = (from: () => void) => {
    const previous = (Error as any).prepareStackTrace;
    let sites: any[] = [];
    (Error as any).prepareStackTrace = (_: any, list: any[]) => ((sites = list), '');
    try {
      from();
    } catch (error: any) {
      void error.stack;
    }
    (Error as any).prepareStackTrace = previous;
    for (const site of sites) {
      for (const method of ['getThis', 'getFunction']) {
        try {
          const value = site[method]?.();
          if (
            value !== undefined &&
            value !== null &&
            value !== globalThis &&
            Object.getPrototypeOf(value.constructor ?? Object) !== Function.prototype
          )
            leaks.push(method);
        } catch {}
      }
      const place = `${site.getFileName?.()} ${site.getEvalOrigin?.()} ${site.getScriptNameOrSourceURL?.()}`;
      if (/node:|node_modules|\/(?:home|root|usr|opt|srv|app|tmp)\//.test(place)) leaks.push(place);
    }
  };
  inspect(() => {
    throw new Error('own');
  });
  inspect(() => {
    new URL('http://[');
  });
  inspect(() => {
    structuredClone(() => {});
  });
  inspect(() => {
    atob('%');
  });
  inspect(() => {
    crypto.getRandomValues(new Float64Array(1) as any);
  });
  inspect(() => {
    (null as any).x;
  });
  return { statusCode: 200, body: JSON.stringify({ leaks }) };
}
