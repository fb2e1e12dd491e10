/**
 * attack:  closes the wrapper by syntax
 * surface: bundle format
 * @answer upload 400
 */
process.stdout.write(`})(); globalThis.outside = typeof process; (() => {
export default async function handler(event: any) { return { statusCode: 200 }; }
`);
